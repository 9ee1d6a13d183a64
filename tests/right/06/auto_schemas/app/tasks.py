"""Tasks: schemas made from the model, and the views that use them."""

from urllib.parse import urlencode

from flask import Blueprint, request, url_for
from marshmallow import EXCLUDE, RAISE, ValidationError, fields, pre_load, validate
from marshmallow_sqlalchemy import SQLAlchemyAutoSchema, auto_field
from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload
from werkzeug.exceptions import BadRequest

from app.errors import ApiError
from app.extensions import commit, db, ma
from app.models import MAX_ID, STATUSES, Tag, Task, utc_now

tasks = Blueprint("tasks", __name__, url_prefix="/api/tasks")
COLUMNS = ["id", "title", "status", "created_at", "updated_at"]


def storable(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValidationError("Cannot be written in UTF-8.") from None
    if "\0" in text:
        raise ValidationError("Cannot hold NUL.")


class TaskSchema(SQLAlchemyAutoSchema):
    class Meta:
        model = Task
        unknown = RAISE
        sqla_session = db.session

    title = auto_field(required=True, validate=[validate.Length(1, 150), storable])
    description = auto_field(load_default="", validate=[validate.Length(max=2000), storable])
    status = auto_field(load_default="pending", validate=validate.OneOf(STATUSES))
    tags = fields.List(
        fields.String(validate=[validate.Length(1, 50), storable]),
        load_default=lambda: [],
        validate=validate.Length(max=20),
    )
    id = auto_field(dump_only=True)
    created_at = auto_field(dump_only=True)
    updated_at = auto_field(dump_only=True)

    @pre_load
    def strip(self, data, **_):
        data = dict(data)
        for field in {"title", "description"} & data.keys():
            if isinstance(data[field], str):
                data[field] = data[field].strip()
        if isinstance(data.get("tags"), list):
            data["tags"] = [tag.strip() if isinstance(tag, str) else tag for tag in data["tags"]]
        return data


class TagSchema(SQLAlchemyAutoSchema):
    class Meta:
        model = Tag


class TaskShown(TaskSchema):
    tags = fields.Pluck(TagSchema, "name", many=True)


def whole(value):
    if value not in STATUSES:
        raise ValidationError(f"Choose from {STATUSES}")


class Query(ma.Schema):
    class Meta:
        unknown = EXCLUDE

    page = fields.Int(load_default=1, validate=validate.Range(min=1, max=10**9))
    per_page = fields.Int(load_default=20, validate=validate.Range(min=1, max=100))
    sort = fields.String(load_default="-created_at")
    fields_ = fields.String(data_key="fields")
    status = fields.String(validate=whole)
    tag = fields.String()
    q = fields.String()


new, query = TaskSchema(), Query()
part = TaskSchema(partial=True)


def body():
    try:
        found = request.get_json()
    except (BadRequest, RecursionError) as error:
        raise ApiError("BAD_JSON", "No JSON", 400) from error
    return found


def chosen(text, allowed, field):
    names = text.split(",")
    if wrong := [name for name in names if name.removeprefix("-") not in allowed]:
        raise ValidationError({field: [f"no {name}; there are {allowed}" for name in wrong]})
    return names


@tasks.get("")
def index():
    asked = query.load(request.args.to_dict())
    wanted = asked.get("fields_")
    only = None
    if wanted is not None:
        shown = [*COLUMNS, "description", "tags"]
        if "-" in wanted:
            raise ValidationError({"fields": [f"there are {shown}"]})
        only = chosen(wanted, shown, "fields")
    order = []
    for name in chosen(asked["sort"], COLUMNS, "sort"):
        column = Task.__table__.c[name.lstrip("-")]
        order.append(column.desc() if name[0] == "-" else column)
    where = []
    if "status" in asked:
        where.append(Task.status == asked["status"])
    if "tag" in asked:
        where.append(Task.id.in_(select(Task.id).join(Task.tags).where(Tag.name == asked["tag"])))
    if asked.get("q"):
        text = asked["q"].lower()
        for sign in "!%_":
            text = text.replace(sign, f"!{sign}")
        columns = (func.lower(Task.title), func.lower(Task.description))
        where.append(or_(*(column.like(f"%{text}%", escape="!") for column in columns)))
    page, size = asked["page"], asked["per_page"]
    total = db.session.execute(select(func.count(Task.id)).where(*where)).scalar_one()
    statement = select(Task).where(*where).order_by(*order, Task.id.desc())
    statement = statement.options(selectinload(Task.tags))
    found = db.session.scalars(statement.limit(size).offset(size * (page - 1))).all()
    pages = -(-total // size)
    near = {"self": page, "first": 1, "prev": page - 1, "next": page + 1, "last": pages or 1}
    if page == 1:
        near["prev"] = None
    if page >= pages:
        near["next"] = None
    links = {name: number and address(number) for name, number in near.items()}
    header = ", ".join(f'<{link}>; title="{rel}"; rel={rel}' for rel, link in links.items() if link)
    data = TaskShown(only=only).dump(found, many=True)
    meta = {"page": page, "per_page": size, "pages": pages, "total": total}
    answer = {"status": "success", "data": data, "meta": meta, "links": links}
    return answer, 200, {"Link": header}


def address(number):
    return f"{url_for('tasks.index')}?{urlencode({**request.args.to_dict(), 'page': number})}"


def one(number):
    task = None if number > MAX_ID else db.session.get(Task, number)
    if task is None:
        raise ApiError("TASK_NOT_FOUND", f"no task {number}", 404)
    return task


def store(task, found, status=200, **headers):
    if "tags" in found:
        found["tags"] = [tag(name) for name in sorted(set(found["tags"]))]
    for name in found:
        setattr(task, name, found[name])
    task.updated_at = utc_now()
    db.session.add(task)
    try:
        commit()
    except IntegrityError as error:
        raise ApiError("CONFLICT", "somebody was faster", 409) from error
    if status == 201:
        headers["Location"] = url_for("tasks.show", number=task.id)
    return {"status": "success", "data": TaskShown().dump(task)}, status, headers


def tag(name):
    with db.session.no_autoflush:
        return db.session.scalar(select(Tag).filter_by(name=name)) or Tag(name=name)


@tasks.get("/<int:number>")
def show(number):
    return {"status": "success", "data": TaskShown().dump(one(number))}


@tasks.post("")
def create():
    return store(Task(), new.load(object_in(body())), 201)


def object_in(found):
    if not isinstance(found, dict):
        raise ValidationError({"body": ["must be an object"]})
    return found


@tasks.put("/<int:number>")
def replace(number):
    task, sent = one(number), object_in(body())
    faults = new.validate(sent)
    if "status" not in sent:
        faults["status"] = ["is required to replace a task"]
    if faults:
        raise ValidationError(faults)
    return store(task, new.load(sent))


@tasks.patch("/<int:number>")
def change(number):
    task, sent = one(number), part.load(object_in(body()))
    if not sent:
        raise ApiError("EMPTY", "nothing to change", 400)
    return store(task, sent)


@tasks.delete("/<int:number>")
def remove(number):
    db.session.delete(one(number))
    commit()
    return "", 204
