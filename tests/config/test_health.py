"""Whoever asks whether the node lives gets an answer, not the door."""

import pytest
from django.db import OperationalError, connection


@pytest.mark.django_db
def test_a_living_node_says_ok_to_anybody(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_without_its_database_it_says_so(client, monkeypatch):
    def gone():
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", gone)
    assert client.get("/healthz").status_code == 503
