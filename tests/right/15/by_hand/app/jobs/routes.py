"""The route of jobs. A view reads the request, calls a service, and answers."""

from flask import Blueprint, Response, url_for
from flask_jwt_extended import current_user

from app.auth.identity import require_token
from app.caching import private
from app.documentation.descriptions import described
from app.documentation.shapes import one
from app.jobs import services
from app.jobs.schemas import job_output
from app.models import Job
from app.responses import success

jobs = Blueprint("jobs", __name__, url_prefix="/api/jobs")


@jobs.before_request
def require_access_token() -> None:
    """Let nobody in without a token."""
    require_token("access")


jobs.after_request(private)


@jobs.get("/<job_id>")
@described({200: one(job_output)})
def show_job(job_id: str) -> Response:
    """Show what has become of a job."""
    return success(job_output.dump(services.get_job(job_id, current_user.id)))


def accepted(job: Job) -> Response:
    """Answer that a job will be done, and where to ask for it (RFC 9110, section 15.3.3)."""
    url = url_for("jobs.show_job", job_id=job.id, _external=True)
    response = success({"job_id": job.id, "status_url": url}, 202)
    response.headers["Location"] = url
    return response
