from __future__ import annotations

import http.client
import signal
import threading

import pytest

from tests.fakes.running import running, wait_for

STAND_IN = "tests.fakes.appliance"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_streams_and_leaves_with_code_0(tmp_path, number):
    with running(tmp_path, STAND_IN) as server:
        wait_for(server.answers, 20, "an answer")
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", "/stream")
        stream = connection.getresponse()
        assert stream.read(8) == b": beat\n\n"

        server.process.send_signal(number)
        rest = stream.read()

        assert rest.endswith(b"event: end\n\n")
        assert server.process.wait(60) == 0
        connection.close()


def test_a_request_under_way_is_answered_before_the_stop(tmp_path):
    with running(tmp_path, STAND_IN) as server:
        wait_for(server.answers, 20, "an answer")
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.putrequest("POST", "/bytes")
        connection.putheader("Content-Length", "2")
        connection.endheaders(b"a")
        threading.Timer(0.3, server.process.terminate).start()
        threading.Timer(0.6, connection.send, (b"b",)).start()

        response = connection.getresponse()

        assert response.status == 200
        assert response.read() == b'{"bytes":2}'
        assert server.process.wait(60) == 0
        connection.close()


def test_a_taken_port_is_named_with_what_to_do(tmp_path):
    with running(tmp_path, STAND_IN) as first:
        wait_for(first.answers, 20, "an answer")

        with running(tmp_path, STAND_IN, port=first.port) as second:
            code = second.process.wait(20)

        assert code == 78
        (said,) = [x for x in second.log.read_text().splitlines() if x.startswith("appliance:")]
        assert f"Port {first.port} on 127.0.0.1 is already in use" in said
        assert "APPLIANCE_PORT" in said
        assert "Traceback" not in second.log.read_text()


def test_a_setting_that_is_no_number_is_named(tmp_path):
    with running(tmp_path, STAND_IN, turns_at_once="many") as server:
        code = server.process.wait(20)

    assert code == 78
    assert "APPLIANCE_TURNS_AT_ONCE" in server.log.read_text()
    assert "Traceback" not in server.log.read_text()
