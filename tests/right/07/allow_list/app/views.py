"""The two resources: the list of tasks, and one task."""

from urllib.parse import quote

from flask import g, jsonify, request
from flask.views import MethodView
from sqlalchemy import func, or_, select
from werkzeug.datastructures import MultiDict

from app.checks import SHOWN, list_query, task_fields
from app.database import Tag, Task, db, now
from app.passes import admins_only, token_required
from app.problems import Problem

DEFAULTS = {"description": "", "status": "pending", "tags": []}


def as_json(task, fields=SHOWN):
    shown = {field: getattr(task, field) for field in fields}
    if "tags" in shown:
        shown["tags"] = [tag.name for tag in task.tags]
    for field in {"created_at", "updated_at"} & shown.keys():
        shown[field] = shown[field].isoformat().replace("+00:00", "Z")
    return shown


def write(task, fields):
    for field, value in fields.items():
        setattr(task, field, tags_of(value) if field == "tags" else value)
    task.updated_at = now()
    db.session.add(task)
    db.session.commit()


def tags_of(names):
    found = {tag.name: tag for tag in db.session.scalars(select(Tag).filter(Tag.name.in_(names)))}
    return [found.get(name) or Tag(name=name) for name in names]


def matching(query):
    conditions = []
    if query["status"] is not None:
        conditions.append(Task.status == query["status"])
    if query["tag"] is not None:
        conditions.append(Task.tags.any(name=query["tag"]))
    if query["q"]:
        needle = query["q"].lower()
        found = [func.instr(func.lower(c), needle) > 0 for c in (Task.title, Task.description)]
        conditions.append(or_(*found))
    return conditions


def link_to(page):
    arguments = MultiDict(request.args)
    arguments["page"] = page
    pairs = (
        f"{quote(name, safe='')}={quote(str(value), safe='')}"
        for name, value in arguments.items(multi=True)
    )
    return "/api/tasks?" + "&".join(pairs)


class TaskList(MethodView):
    decorators = (token_required("access"),)

    def get(self):
        query = list_query()
        conditions = matching(query)
        total = db.session.scalar(select(func.count()).select_from(Task).where(*conditions))
        rows = select(Task).where(*conditions)
        for name in query["sort"]:
            column = getattr(Task, name.strip("-"))
            rows = rows.order_by(column.desc() if name[0] == "-" else column)
        rows = rows.order_by(Task.id.desc())
        page, size = query["page"], query["per_page"]
        rows = rows.offset((page - 1) * size).limit(size)
        pages = max((total + size - 1) // size, 1)
        numbers = {"last": pages, "first": 1, "self": page}
        if 1 < page <= pages:
            numbers["prev"] = page - 1
        if page < pages:
            numbers["next"] = page + 1
        links = {relation: link_to(number) for relation, number in numbers.items()}
        response = jsonify(
            links=links,
            meta={"page": page, "pages": pages, "per_page": size, "total": total},
            data=[as_json(task, query["fields"]) for task in db.session.scalars(rows)],
            status="success",
        )
        response.headers["Link"] = ",".join(f"<{to}>;rel={name}" for name, to in links.items())
        return response

    def post(self):
        task = Task(created_at=now(), owner_id=g.person.id)
        write(task, DEFAULTS | task_fields(required=["title"]))
        location = f"/api/tasks/{task.id}"
        return jsonify(status="success", data=as_json(task)), 201, {"Location": location}


class TaskItem(MethodView):
    decorators = (token_required("access"),)

    def found(self, number):
        task = db.session.get(Task, number) if number < 2**31 else None
        if task is None:
            raise Problem(404, "TASK_NOT_FOUND", f"There is no task {number}")
        return task

    def get(self, number):
        return jsonify(status="success", data=as_json(self.found(number)))

    def put(self, number):
        task = self.found(number)
        write(task, DEFAULTS | task_fields(required=["title", "status"]))
        return self.get(number)

    def patch(self, number):
        task = self.found(number)
        fields = task_fields()
        if not fields:
            raise Problem(400, "NOTHING_TO_CHANGE", "Give at least one field")
        write(task, fields)
        return self.get(number)

    @admins_only
    def delete(self, number):
        db.session.delete(self.found(number))
        db.session.commit()
        return "", 204
