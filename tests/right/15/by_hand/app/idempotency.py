"""Idempotency keys; the database says who was first, in the statement that stores the key."""

import hashlib
from functools import wraps

from flask import Response, request
from flask_jwt_extended import current_user
from sqlalchemy.dialects.sqlite import insert

from app.errors import ApiError
from app.extensions import db
from app.models import IdempotencyKey, utc_now


def once(view):
    @wraps(view)
    def guarded(**values):
        if "Idempotency-Key" not in request.headers:
            return view(**values)
        key = request.headers["Idempotency-Key"]
        if not key or len(key) > 255 or not key.isascii():
            raise ApiError("IDEMPOTENCY_KEY_INVALID", "Send a key of 1 to 255 characters", 400)
        owner = current_user.id
        print_ = hashlib.blake2b(
            f"{request.method} {request.path}\n".encode() + request.data, digest_size=32
        ).hexdigest()
        mine = {"user_id": owner, "key": key}
        row = insert(IdempotencyKey).values(fingerprint=print_, created_at=utc_now(), **mine)
        if db.session.execute(row.on_conflict_do_nothing()).rowcount == 0:
            return again(
                db.session.scalars(db.select(IdempotencyKey).filter_by(**mine)).one(), print_
            )
        answer = view(**values)
        kept = [answer.status_code, answer.get_data(as_text=True), dict(answer.headers)]
        update = db.update(IdempotencyKey).filter_by(**mine).values(answer={"kept": kept})
        db.session.execute(update)
        db.session.commit()
        return answer

    return guarded


def again(row, print_):
    if row.fingerprint != print_:
        raise ApiError("IDEMPOTENCY_KEY_REUSED", "This key is taken by another request", 422)
    if row.answer is None:
        raise ApiError("IDEMPOTENCY_KEY_IN_USE", "This is being done", 409)
    status, body, headers = row.answer["kept"]
    names = ("Content-Type", "Location", "ETag")
    return Response(body, status, {name: headers[name] for name in names if name in headers})
