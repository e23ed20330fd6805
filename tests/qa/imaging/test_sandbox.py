import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from qa.imaging import DecoderUnavailable, ImageRefused, pool, process, render, sandbox
from qa.imaging.confinement import MAX_JOBS, MEMORY
from tests.qa.imaging.conftest import ROOT, distance, flat, opened, quarters, save

UPLOAD = save(flat(), "JPEG")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="These walls are Linux's.")


@pytest.fixture
def bad_decoder(monkeypatch):
    """A decoder that also knows the jobs of misbehaving.py."""
    module = "tests.qa.imaging.misbehaving"
    monkeypatch.setattr(sandbox, "COMMAND", [sys.executable, "-P", "-s", "-B", "-m", module])
    decoder = sandbox.Decoder.start()
    yield decoder
    decoder.end()


def refusal(decoder, job):
    with pytest.raises(ImageRefused) as caught:
        decoder.run({"job": job}, UPLOAD)
    return str(caught.value)


def limits_of(process_id):
    """Return the kernel's limits of a process: {name: (soft, hard)}."""
    rows = Path(f"/proc/{process_id}/limits").read_text().splitlines()[1:]
    return {row[:26].strip(): tuple(row[26:68].split()) for row in rows}


def gone(process_id, seconds=5):
    """Wait until the process has ended (a zombie has), at most so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{process_id}/stat").read_text().rsplit(")")[1].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


@linux_only
def test_limits_of_a_decoder():
    decoder = sandbox.Decoder.start()
    limits = limits_of(decoder.process.pid)
    decoder.end()
    assert limits["Max address space"] == (str(MEMORY), str(MEMORY)) == ("536870912",) * 2
    assert limits["Max cpu time"] == ("10", "500")
    assert limits["Max file size"] == ("0", "0")
    assert limits["Max core file size"] == ("0", "0")
    assert limits["Max open files"] == ("4", "4")


@linux_only
def test_each_picture_has_its_own_ten_seconds(fresh_pool):
    process(UPLOAD)
    decoder = fresh_pool._threads.submit(fresh_pool._decoder).result()
    soft, hard = limits_of(decoder.process.pid)["Max cpu time"]
    assert (int(soft), hard) == (int(seconds_of(decoder.process.pid)) + 1 + 10, "500")


@linux_only
def test_decoder_may_not_gain_privileges():
    decoder = sandbox.Decoder.start()
    status = Path(f"/proc/{decoder.process.pid}/status").read_text()
    decoder.end()
    assert "NoNewPrivs:\t1" in status
    assert decoder.walls["no new privileges"] is decoder.walls["ends with parent"] is True


@linux_only
def test_decoder_has_its_own_network_where_the_system_allows_it():
    decoder = sandbox.Decoder.start()
    network = os.readlink(f"/proc/{decoder.process.pid}/ns/net")
    decoder.end()
    separate = network != os.readlink("/proc/self/ns/net")
    assert separate is decoder.walls["network namespace"]


@linux_only
def test_decoder_can_open_neither_file_nor_socket(bad_decoder):
    assert bad_decoder.run({"job": "escape"}, UPLOAD)[0] == {"open": "OSError", "socket": "OSError"}


@linux_only
def test_decoder_cannot_start_a_program(bad_decoder):
    assert bad_decoder.run({"job": "start_program"}, UPLOAD)[0] == {"program": "OSError"}


def test_decoder_sees_nothing_of_the_environment(bad_decoder, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "secret")
    names = bad_decoder.run({"job": "surroundings"}, UPLOAD)[0]["environment"]
    assert set(names) <= {"PYTHONPATH", "LC_ALL", "LC_CTYPE", "MALLOC_ARENA_MAX"}


@linux_only
def test_memory_over_the_limit_is_refused(bad_decoder):
    assert "too much memory" in refusal(bad_decoder, "eat")
    assert not bad_decoder.usable


@linux_only
def test_endless_computing_is_refused(bad_decoder):
    assert "too complicated" in refusal(bad_decoder, "spin")
    assert bad_decoder.process.returncode == -signal.SIGXCPU


def test_hanging_is_refused(bad_decoder, monkeypatch):
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.3)
    start = time.monotonic()
    assert "too complicated" in refusal(bad_decoder, "sleep")
    assert time.monotonic() - start < 3
    assert bad_decoder.process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("job", ["crash", "babble"])
def test_crash_and_nonsense_are_refused(bad_decoder, job):
    assert "damaged" in refusal(bad_decoder, job)
    assert not bad_decoder.usable


def test_unchanged_upload_handed_back_as_a_result_is_refused(monkeypatch):
    upload = save(flat(), "JPEG", comment=b"at home")
    monkeypatch.setattr(pool, "run", lambda head, data: ({"width": 64, "height": 48}, [data]))
    with pytest.raises(ImageRefused, match="damaged"):
        process(upload)


@pytest.mark.parametrize(
    "reply",
    [{}, {"width": "64", "height": 48}, {"width": 0, "height": 1}, {"width": 63, "height": 48}],
)
def test_false_size_in_a_reply_is_refused(monkeypatch, reply):
    monkeypatch.setattr(pool, "run", lambda head, data: (reply, [UPLOAD]))
    with pytest.raises(ImageRefused, match="damaged"):
        process(UPLOAD)


def test_decoder_that_does_not_start_is_not_the_pictures_fault(fresh_pool, monkeypatch):
    for command in (["/nonexistent"], [sys.executable, "-c", "1/0"]):
        monkeypatch.setattr(sandbox, "COMMAND", command)
        with pytest.raises(DecoderUnavailable, match="does not start"):
            process(UPLOAD)


def test_busy_decoders_are_not_the_pictures_fault(fresh_pool, monkeypatch):
    release = threading.Event()
    fresh_pool._threads.submit(release.wait, 10)
    monkeypatch.setattr(pool, "QUEUE_SECONDS", 0.1)
    with pytest.raises(DecoderUnavailable, match="busy"):
        process(UPLOAD)
    release.set()


def test_warm_decoder_is_used_again_until_it_is_worn(fresh_pool):
    def decoder():
        return fresh_pool._threads.submit(fresh_pool._decoder).result()

    process(UPLOAD)
    first = decoder()
    for _ in range(MAX_JOBS - 1):
        process(UPLOAD)
    assert first.jobs_left == 0
    assert decoder().process.pid != first.process.pid


def test_new_decoder_after_one_was_killed_in_between(fresh_pool):
    process(UPLOAD)
    decoder = fresh_pool._threads.submit(fresh_pool._decoder).result()
    decoder.process.kill()
    decoder.process.wait()
    assert process(UPLOAD).width == 64


def test_new_decoder_after_a_refused_picture(fresh_pool):
    process(UPLOAD)
    decoder = fresh_pool._threads.submit(fresh_pool._decoder).result()
    with pytest.raises(ImageRefused):
        process(UPLOAD[:-200])
    assert decoder.process.poll() is not None
    assert process(UPLOAD).width == 64


def test_many_threads_each_get_their_own_picture():
    def colour(level):
        expected = (level, 255 - level, 90)
        found = opened(process(save(flat(expected))).data).getpixel((9, 9))
        return distance(found, expected)

    with ThreadPoolExecutor(pool.POOL_SIZE + pool.QUEUE_LENGTH) as threads:
        assert max(threads.map(colour, range(0, 256, 4))) <= 3


@linux_only
def test_decoder_outlives_the_thread_that_first_needed_it(fresh_pool):
    first = threading.Thread(target=process, args=(UPLOAD,))
    first.start()
    first.join()
    decoder = fresh_pool._threads.submit(fresh_pool._decoder).result()
    process(UPLOAD)
    assert decoder.jobs_left == MAX_JOBS - 2


PROGRAM = """
import os, sys
from qa.imaging import pool, process
upload = sys.stdin.buffer.read()
process(upload)
{act}
"""
FORKED = """
child = os.fork()
if not child:
    os._exit(0 if process(upload).width == 64 else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), process(upload).width)
"""
KILLED = """
shared = pool._shared
print(shared._threads.submit(shared._decoder).result().process.pid, flush=True)
os.kill(os.getpid(), 9)
"""
AT_WORK = """
import threading
from qa.imaging import sandbox
pool._shared = pool.Pool(1)
sandbox.COMMAND[-1] = "tests.qa.imaging.misbehaving"
decoder = pool._shared._threads.submit(pool._shared._decoder).result()
threading.Thread(target=decoder.run, args=({"job": "sleep"}, upload)).start()
"""


def run_program(act):
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.format(act=act)],
        input=UPLOAD,
        capture_output=True,
        cwd=ROOT,
        timeout=30,
    ).stdout.decode()


def test_forked_process_starts_its_own_decoders():
    assert run_program(FORKED) == "0 64\n"


@linux_only
def test_decoder_ends_with_a_killed_web_process():
    assert gone(int(run_program(KILLED)))


@linux_only
def test_decoder_at_work_ends_with_a_killed_web_process():
    assert gone(int(run_program(AT_WORK + KILLED)))


@linux_only
def test_decoder_ends_with_a_web_process_that_ends_in_order():
    assert gone(int(run_program(KILLED.replace("os.kill(os.getpid(), 9)", ""))))


@linux_only
def test_decoder_keeps_only_its_pipes_open():
    with open(__file__) as inherited:
        os.set_inheritable(inherited.fileno(), True)
        decoder = sandbox.Decoder.start()
        names = os.listdir(f"/proc/{decoder.process.pid}/fd")
        decoder.end()
    assert sorted(names) == ["0", "1", "2", "3"]


@linux_only
def test_twelve_megapixels_take_less_than_a_second_of_processor_time(fresh_pool):
    grain = Image.effect_noise((4000, 3000), 24)
    upload = save(ImageChops.multiply(grain.convert("RGB"), quarters(grain.size)), "JPEG")
    process(UPLOAD)
    decoder = fresh_pool._threads.submit(fresh_pool._decoder).result()
    spent = []
    for _ in range(3):
        before = seconds_of(decoder.process.pid)
        render(process(upload).data)
        spent.append(seconds_of(decoder.process.pid) - before)
    print(f"processor seconds for 12 megapixels: {min(spent):.2f}")
    assert min(spent) < 1.0


def seconds_of(process_id):
    """Return the processor seconds that a process has used."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rsplit(")")[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_no_more_than_a_few_pictures_wait_for_a_decoder(monkeypatch):
    begun, go_on = threading.Semaphore(0), threading.Event()

    def slow(self, head, data):
        begun.release()
        go_on.wait(30)
        return {}, []

    monkeypatch.setattr(pool.Pool, "_run", slow)
    few = pool.Pool(1)
    jobs = ThreadPoolExecutor(1 + pool.QUEUE_LENGTH)
    running = [jobs.submit(few.run, {}, b"") for _ in range(1 + pool.QUEUE_LENGTH)]
    begun.acquire()
    while few._threads._work_queue.qsize() < pool.QUEUE_LENGTH:
        pass

    with pytest.raises(DecoderUnavailable, match="Too many"):
        few.run({}, b"")
    go_on.set()

    assert [job.result() for job in running] == [({}, [])] * (1 + pool.QUEUE_LENGTH)
    assert few.run({}, b"") == ({}, [])
    few.close()
