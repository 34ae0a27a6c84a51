"""Another device with our name: noticed, and never mistaken for a broker that comes and goes."""

from hypothesis import given
from hypothesis import strategies as st

from node.uplink.rival import LAST_WAIT_S, SURE_AFTER, Rival


def ping_pong(rival: Rival, times: int, *, resumed: bool = True) -> float:
    """So many connections that each end two seconds after they began."""
    now_s = 0.0
    for _ in range(times):
        rival.opened(now_s, resumed=resumed)
        rival.closed(now_s + 2.0)
        now_s += 3.0
    return now_s


def test_three_connections_in_a_row_that_end_soon_give_a_rival_away() -> None:
    rival = Rival()
    ping_pong(rival, SURE_AFTER - 1)
    before = rival.is_there(10.0)
    ping_pong(rival, 1)

    assert (before, rival.is_there(10.0)) == (False, True)


def test_a_broker_that_was_away_in_between_is_no_rival() -> None:
    rival = Rival()
    for _ in range(20):
        ping_pong(rival, 1)
        rival.failed()

    assert not rival.is_there(100.0)


def test_a_broker_that_has_forgotten_us_was_killed_and_is_no_rival() -> None:
    rival = Rival()
    ping_pong(rival, 20, resumed=False)

    assert not rival.is_there(100.0)


def test_a_broker_that_ends_a_connection_for_a_denied_message_is_no_rival() -> None:
    rival = Rival()
    for number in range(20):
        rival.opened(3.0 * number, resumed=True)
        rival.denied()
        rival.closed(3.0 * number + 1.0)

    assert not rival.is_there(100.0)


def test_a_broker_that_says_so_is_believed_however_long_the_connection_stood() -> None:
    rival = Rival()
    for number in range(SURE_AFTER):
        rival.opened(1000.0 * number, resumed=False)
        rival.closed(1000.0 * number + 900.0, said_so=True)

    assert rival.is_there(10_000.0)


def test_a_connection_that_stands_for_a_minute_says_that_the_rival_is_gone() -> None:
    rival = Rival()
    now_s = ping_pong(rival, 5)
    rival.opened(now_s, resumed=True)

    assert rival.is_there(now_s + 59.0)
    assert not rival.is_there(now_s + 60.0)


@given(st.integers(0, 40))
def test_we_come_back_less_and_less_often_and_at_least_every_ten_minutes(times: int) -> None:
    rival, longer = Rival(), Rival()
    ping_pong(rival, times)
    ping_pong(longer, times + 1)

    assert 0.0 <= rival.wait_s <= longer.wait_s <= LAST_WAIT_S


def test_ten_thousand_takeovers_are_borne() -> None:
    rival = Rival()
    ping_pong(rival, 10_000)

    assert rival.wait_s == LAST_WAIT_S
