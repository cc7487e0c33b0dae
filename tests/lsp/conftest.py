"""A server process and an editor for each test."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
import pytest_lsp
from pytest_lsp import ClientServerConfig, LanguageClient

from lsp.editor import Editor

SERVER = Path(__file__).parents[2] / "server"
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(filter(None, [str(SERVER), os.environ.get("PYTHONPATH")])),
    "OMP_NUM_THREADS": "1",
    "GRADSIGHT_STRICT": "",
}


@pytest_lsp.fixture(
    config=ClientServerConfig(server_command=[sys.executable, "-m", "gradsight", "serve"], server_env=ENVIRONMENT)
)
async def client(lsp_client: LanguageClient) -> AsyncIterator[None]:
    yield
    if lsp_client.capabilities is not None:
        await lsp_client.shutdown_session()


@pytest_asyncio.fixture
async def editor(client: LanguageClient) -> Editor:
    return Editor(client)
