"""The peer of the hot path: a FastAPI endpoint that checks a key and runs the very same read, quote and encode."""

import hashlib
import hmac
import os
from datetime import UTC, datetime

from fastapi import Depends, FastAPI, HTTPException, Request, Response

from sonae.doors import answer, problem
from sonae.doors.request import read
from sonae.office import catalogue
from sonae.quotation import quote

app = FastAPI(openapi_url=None)
_DIGEST = hashlib.sha256(os.environ.get("BENCH_SECRET", "").encode()).digest()


def check_key(request: Request) -> None:
    """401 unless the bearer's secret has the known digest."""
    _, _, pair = request.headers.get("authorization", "").partition(" ")
    secret = pair.partition(".")[2]
    if not hmac.compare_digest(hashlib.sha256(secret.encode()).digest(), _DIGEST):
        raise HTTPException(401)


@app.post("/api/v1/quotations", dependencies=[Depends(check_key)])
async def quotations(request: Request) -> Response:
    """A dry-run quotation."""
    moment = datetime.now(UTC)
    understood = read(catalogue.shipped(), await request.body(), moment)
    if isinstance(understood, problem.Problem):
        return Response(problem.encode(understood), understood.status, media_type=problem.MEDIA_TYPE)
    found = quote(understood.product, understood.request, moment)
    return Response(answer.encode(found), media_type=answer.MEDIA_TYPE)
