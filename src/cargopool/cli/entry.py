"""From arguments to an exit code: whatever goes wrong is said in words, without a traceback."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from types import FrameType

from cargopool.cli.exits import Exit, exit_of_error
from cargopool.errors import CargopoolError


def run_command(arguments: Sequence[str] | None, started: float) -> int:
    """Parse and run; the exit code of docs/cli.md."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _tolerant_streams()
    if arguments is None:
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = _dispatched(given, started)
        sys.stdout.flush()
        if arguments is None:
            _leave_stragglers(code)
    except (BrokenPipeError, SystemExit):  # the parser answers a closed pipe by leaving the process
        _silence_stdout()
        return Exit.OUTPUT
    except OSError as error:
        _silence_stdout()
        return _unwritable(error)
    finally:
        if arguments is None:  # nobody would catch what `_interrupt` raises while the interpreter ends
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return code


class Terminated(KeyboardInterrupt):
    """SIGTERM.

    Where a KeyboardInterrupt itself comes out of code given as text, such as that of a dataclass, Python later ends the
    process by SIGINT, although it was caught.
    """


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Take SIGTERM as Ctrl-C, until a run takes both as a wish to stop."""
    raise Terminated


def _leave_stragglers(code: int) -> None:
    """End the process at once when work that nobody waits for is still under way in native code.

    Such threads cannot be stopped, and must not run on while the interpreter takes itself apart.
    """
    if threading.active_count() > 1:
        sys.stderr.flush()
        os._exit(code)


def _dispatched(given: list[str], started: float) -> int:
    import typer

    from cargopool.cli.app import make_app

    debug = "--debug" in given
    try:
        code = make_app(started)(args=given or ["--help"], prog_name="cargopool", standalone_mode=False)
        return code if isinstance(code, int) else Exit.OK
    except typer.Exit as done:
        return int(done.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        _say("interrupted")
        return Exit.INTERRUPTED
    except CargopoolError as error:
        if debug:
            traceback.print_exc()
        _say_findings(error, as_json="--json" in given)
        return exit_of_error(error)
    except OSError as error:
        if isinstance(error, BrokenPipeError) or error.errno == errno.ENOSPC:
            raise
        return _internal(error, debug=debug)
    except Exception as error:
        if isinstance(error, _usage_error()):
            _say_usage(error)
            return Exit.INPUT
        return _internal(error, debug=debug)


def _usage_error() -> type[BaseException]:
    """The base of the parser's own errors, which typer keeps where it likes."""
    import typer

    return next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")


def _internal(error: Exception, *, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    _say(f"internal error: {type(error).__name__}: {error}\n  = help: run again with --debug and report it")
    return Exit.INTERNAL


def _say(text: str) -> None:
    from cargopool.reporting.text import printable

    for line in text.split("\n"):
        print(printable(line), file=sys.stderr)


def _say_usage(error: Exception) -> None:
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "cargopool"
    _say(f"error[E2000] {message}\n  = help: {command} --help")


def _say_findings(error: CargopoolError, *, as_json: bool) -> None:
    from cargopool.cli.output import findings_as_json, print_findings

    if as_json:
        print(findings_as_json(error.diagnostics))
    print_findings(error.diagnostics)


def _unwritable(error: OSError) -> int:
    try:
        _say(f"error[E7001] cannot write the result: {error.strerror or error}")
    except OSError:
        return Exit.OUTPUT
    return Exit.OUTPUT


def _tolerant_streams() -> None:
    """Print what the terminal's encoding lacks as escapes instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _silence_stdout() -> None:
    """Keep the interpreter from failing again on the same stream at exit."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
    except (OSError, ValueError):
        return
