"""What Celery imports: `celery -A worker worker --beat`."""

from app import create_app

celery = create_app().extensions["celery"]
