from __future__ import annotations

import numpy as np
import pytest

from simulator.sight.scene import Scene
from simulator.world.act import Act, PlayName
from simulator.world.layout import LANES_Y_M
from simulator.world.sounding import SoundName
from simulator.world.street import Light, Street, Traits
from simulator.world.traffic import Body, Car
from tests.unit.simulator.staged_street import LOOKS, StagedStreet, lit, stands, vehicle_at

AT_S = 10.0
EMPTY_ROAD = np.s_[200:320, 100:250]


def mean(street: Street, t_s: float) -> float:
    return float(Scene(street).picture(t_s).mean())


def acted(light: Light, *acts: Act) -> Street:
    return Street(7, traits=Traits(roars=False, walkers=0.0, cars=0.0, light=light), acts=acts)


def test_each_light_is_darker_than_the_one_before() -> None:
    brightness = [mean(StagedStreet(traits=lit(light)), 0.0) for light in Light]

    assert brightness == sorted(brightness, reverse=True)
    assert brightness[-1] < 0.5 * brightness[0]


@pytest.mark.parametrize(("light", "more"), [(Light.DUSK, 1.3), (Light.NIGHT, 1.9)])
def test_a_sensor_has_more_noise_in_the_dark(light: Light, more: float) -> None:
    noise = {}
    for one in (Light.DAY, light):
        scene = Scene(StagedStreet(traits=lit(one)))
        noise[one] = float((scene.picture(1.0).astype(int) - scene.picture(2.0))[EMPTY_ROAD].std())

    assert noise[light] > more * noise[Light.DAY]


def shadow_of_a_head(light: Light) -> float:
    """What is left of the ground's light half a body length away from the feet, against the sun."""
    # 0.62 m back along the street and 0.5 m away from the pole for each metre of height.
    pose = stands(x_m=3.0, y_m=6.0)
    scene = Scene(StagedStreet([(pose, LOOKS)], traits=lit(light)))
    place = scene.perspective.pixels(np.array([[3.0 - 0.62 * 1.3, 6.0 + 0.5 * 1.3, 0.0]]))[0]
    around = np.s_[int(place[1]) - 1 : int(place[1]) + 2, int(place[0]) - 2 : int(place[0]) + 3]
    return float(scene.picture(0.0)[around].mean() / scene.empty()[around].mean())


def test_the_sun_throws_shadows() -> None:
    assert shadow_of_a_head(Light.DAY) < 0.75


@pytest.mark.parametrize("light", [Light.OVERCAST, Light.DUSK, Light.NIGHT])
def test_without_a_sun_there_is_no_long_shadow(light: Light) -> None:
    assert shadow_of_a_head(light) == pytest.approx(1.0, abs=0.08)


def test_the_houses_behind_the_pole_shade_the_near_pavement_up_to_an_edge() -> None:
    scene = Scene(StagedStreet(), 1280, 720)
    edge = scene.perspective.pixels(np.array([[4.0, y, 0.0] for y in (0.2, 2.4)]))
    shady, sunny = (scene.empty()[int(y) - 6 : int(y) + 7, int(x) - 6 : int(x) + 7].mean() for x, y in edge)

    assert shady < 0.75 * sunny


def test_a_shadow_in_a_shadow_is_no_darker() -> None:
    scene = Scene(StagedStreet([(stands(x_m=4.0, y_m=-1.5), LOOKS)]), 1280, 720)
    x, y = scene.perspective.pixels(np.array([[4.0 - 0.62, -1.0, 0.0]]))[0]
    around = np.s_[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3]

    assert scene.picture(0.0)[around].mean() == pytest.approx(scene.empty()[around].mean(), rel=0.05)


def test_windows_are_lit_at_night() -> None:
    houses = np.s_[:150, :]
    night, day = (Scene(StagedStreet(traits=lit(light))).empty()[houses] for light in (Light.NIGHT, Light.DAY))

    assert night.max() > 200
    assert np.percentile(night, 25) < 60 < np.percentile(day, 25)


def test_headlights_light_the_road_before_a_car_at_night() -> None:
    ahead_m = np.array([[13.0, LANES_Y_M[0], 0.0]])
    scene = Scene(StagedStreet(cars=[vehicle_at(5.0)], traits=lit(Light.NIGHT)))
    x, y = (int(v) for v in scene.perspective.pixels(ahead_m)[0])

    assert (
        scene.picture(0.0)[y - 3 : y + 4, x - 5 : x + 6].mean() > scene.empty()[y - 3 : y + 4, x - 5 : x + 6].mean() + 8
    )


def test_the_blue_lamp_of_an_ambulance_turns() -> None:
    ambulance: Car = vehicle_at(8.0, Body.AMBULANCE)
    scene = Scene(StagedStreet(cars=[ambulance], traits=lit(Light.NIGHT)))

    def blue(t_s: float) -> float:
        place_m = np.array([[float(ambulance.x_m(t_s)) + 0.25 * 5.6, ambulance.y_m, 2.7]])
        x, y = (int(v) for v in scene.perspective.pixels(place_m)[0])
        around = scene.picture(t_s)[y - 4 : y + 5, x - 4 : x + 5].astype(int)
        return float((around[..., 0] - around[..., 2]).mean())

    seen = [blue(i * 0.1) for i in range(7)]

    assert max(seen) > 100
    assert min(seen) < 0.6 * max(seen)


def test_a_cloud_leaves_six_tenths_of_the_light_within_seven_tenths_of_a_second() -> None:
    street = acted(Light.DAY, Act(PlayName.CLOUD, 0, AT_S, 8.0))

    shares = [mean(street, AT_S + t) / mean(street, AT_S - 0.1) for t in (0.0, 0.7, 4.0, 8.0, 8.7)]

    assert shares == pytest.approx([1.0, 0.6, 0.6, 0.6, 1.0], abs=0.01)


@pytest.mark.parametrize("name", [SoundName.THUNDER, SoundName.EXPLOSION, SoundName.FIREWORK, SoundName.GUNSHOT_PISTOL])
def test_what_flashes_lights_up_the_night_and_goes_out(name: SoundName) -> None:
    street = acted(Light.NIGHT, Act(name, 0, AT_S, 1.0))

    dark, bright, after = (mean(street, t) for t in (AT_S - 0.2, AT_S + 0.01, AT_S + 3.0))

    assert bright > 1.15 * dark
    assert after == pytest.approx(dark, rel=0.02)


def test_a_shot_is_no_flash_by_day() -> None:
    street = acted(Light.DAY, Act(SoundName.GUNSHOT_PISTOL, 0, AT_S, 1.0))

    assert mean(street, AT_S + 0.01) == pytest.approx(mean(street, AT_S - 0.2), rel=0.03)


def test_other_sounds_do_not_flash() -> None:
    street = acted(Light.NIGHT, Act(SoundName.HORN, 0, AT_S, 1.0))

    assert mean(street, AT_S + 0.01) == pytest.approx(mean(street, AT_S - 0.2), rel=0.01)
