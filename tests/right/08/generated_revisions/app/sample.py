from app.auth.passwords import hash_password
from app.extensions import db
from app.models import Task, User

TASKS = [
    ("Refactor with Blueprints", "completed"),
    ("Implement App Factory", "completed"),
    ("Test Refactored API", "pending"),
]


def register_commands(app):
    @app.cli.command("seed")
    def seed():
        if db.session.execute(db.select(db.func.count()).select_from(User)).scalar_one():
            return
        if not app.config["SAMPLE_DATA"]:
            print("No sample data in this configuration.")
            return
        for name in ("admin", "user"):
            db.session.add(
                User(
                    username=name,
                    email=f"{name}@example.com",
                    password_hash=hash_password("password"),
                    role=name,
                )
            )
        db.session.flush()
        owner = db.session.execute(db.select(User).filter_by(username="user")).scalar_one()
        for title, status in TASKS:
            db.session.add(
                Task(title=title, description=f"{title}.", status=status, owner_id=owner.id)
            )
        db.session.commit()
