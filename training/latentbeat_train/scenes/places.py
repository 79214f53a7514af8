"""Made places: circuit board, waterfall, fireworks, flight through a city."""
from collections.abc import Callable
from functools import cache

import torch

from ..canvas import TAU, Canvas, hash01, polar, smooth
from .city import skyline
from .ground import ripple
from .maps import Maps, over
from .textures import N, look, ramp, texture, wheel, wrap

NODES = 30  # places of a circuit's grid, a side


def _route(generator: torch.Generator) -> list[list[tuple[int, int]]]:
    """Tracks of a seamless board: walks on the grid, straight or bent by 45 degrees, that never meet."""
    steps = ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))
    taken: set[tuple[int, int]] = set()
    tracks = []
    for _ in range(900):
        i, j, heading = (int(v * k) for v, k in zip(torch.rand(3, generator=generator).tolist(), (NODES, NODES, 8), strict=True))
        walk, heading = [(i, j)], heading // 2 * 2
        seen = {(i % NODES, j % NODES)}
        if seen & taken:
            continue
        while len(walk) < 16:
            turn = torch.rand(2, generator=generator).tolist()
            if turn[0] < 0.22:
                heading = (heading + (1 if turn[1] < 0.5 else -1)) % 8
            dx, dy = steps[heading]
            x, y = walk[-1][0] + dx, walk[-1][1] + dy
            beside = {((x - dx) % NODES, y % NODES), (x % NODES, (y - dy) % NODES)} if dx and dy else set()
            if (x % NODES, y % NODES) in taken | seen or beside & taken:
                break
            walk.append((x, y))
            seen.add((x % NODES, y % NODES))
        if len(walk) >= 4:
            tracks.append(walk)
            taken |= seen
    return tracks


@cache
def _board(device: torch.device) -> torch.Tensor:
    """[1, 4, N + 2, N + 2]: distance from a track (in nodes, at most 1), cosine and sine of the pulse's phase, pads."""
    far = torch.ones(N, N)
    wave = torch.zeros(2, N, N)
    pads = torch.zeros(N, N)
    cell = N / NODES
    for number, walk in enumerate(_route(torch.Generator().manual_seed(9))):
        for k, ((ax, ay), (bx, by)) in enumerate(zip(walk[:-1], walk[1:], strict=True)):
            rows, columns = (torch.arange(int((min(p, q) - 1) * cell), int((max(p, q) + 1) * cell) + 2) for p, q in ((ay, by), (ax, bx)))
            x, y = columns[None] / cell - ax, rows[:, None] / cell - ay
            dx, dy = bx - ax, by - ay
            along = ((x * dx + y * dy) / (dx * dx + dy * dy)).clamp(0, 1)
            distance = torch.hypot(x - along * dx, y - along * dy)
            phase = (k + along) * TAU / 8 + 2.4 * number
            place = (rows[:, None] % N, columns[None] % N)
            closer = distance < far[place]
            far[place] = torch.where(closer, distance, far[place])
            for channel, value in enumerate((torch.cos(phase), torch.sin(phase))):
                wave[channel][place] = torch.where(closer, value, wave[channel][place])
            if k in (0, len(walk) - 2):
                ex, ey = (0, 0) if k == 0 else (dx, dy)
                pads[place] = torch.maximum(pads[place], 1 - torch.hypot(x - ex, y - ey).clamp(max=1))
    return wrap(torch.cat([far[None], wave, pads[None]])).to(device)


def circuit(c: Canvas) -> Maps:
    """A board of tracks along which light runs, one wave an orbit, round a glowing chip."""
    ox, oy = c.sway(1, 0.13)
    zoom = 0.54 + 0.14 * c.size(2)
    x, y = (c.x - ox) * zoom, (c.y - oy) * zoom
    far, wx, wy, pad = look(_board(c.x.device), x, y).unbind(1)
    pulse = 0.5 + 0.5 * (wx * c.cos(0) + wy * c.sin(0))
    pulse = pulse ** 3
    track, groove = ramp(0.27 - far, 0.09), ramp(0.10 - far, 0.06)
    ring, hole = ramp(pad - 0.52, 0.08), ramp(pad - 0.78, 0.06)
    spill = torch.exp(-far * 2.6) * pulse
    grain = texture(c, "fine", x * 1.2, y * 1.2)
    u, v = (c.x - ox).abs(), (c.y - oy).abs()
    box = torch.maximum(u, v)
    chip = ramp(0.40 - box, 0.012)
    rim = torch.exp(-((box - 0.375) / 0.014) ** 2)
    pin = ramp(0.055 - (0.40 - box + 0.10).abs(), 0.02) * ramp(0.25 - ripple(torch.minimum(u, v) / 0.10), 0.10) * ramp(0.36 - torch.minimum(u, v), 0.02)
    beat = 0.60 + 0.40 * torch.cos(c.angle(0))
    die = ramp(0.17 - box, 0.012)
    cells = ramp(0.30 - ripple(u / 0.085), 0.10) * ramp(0.30 - ripple(v / 0.085), 0.10) * die * (0.5 + 0.5 * torch.cos(c.angle(0) + 14 * (u + v)))
    aura = torch.exp(-(box - 0.30).clamp(min=0) * 2.2) * (0.35 + 0.5 * c.size(3)) * (0.6 + 0.4 * beat)
    lamp = track * (0.34 + 0.85 * pulse) * (1 - 0.55 * groove * (1 - pulse)) + 0.7 * ring * (0.40 + pulse)
    tone = 0.05 + 0.05 * grain + 0.62 * lamp + 0.26 * spill + 0.26 * aura
    light = 0.05 + 0.06 * grain + (0.95 * lamp + 0.34 * spill) * (0.55 + 0.75 * aura) + 0.28 * aura
    maps: Maps = (tone - 0.5 * hole * tone, light * (1 - 0.6 * hole), 0.22 * track * pulse ** 2)
    body = 0.07 + 0.55 * rim * beat + 0.75 * cells + 0.20 * die
    maps = over(maps, (body, 0.06 + 0.9 * rim * beat + 1.1 * cells + 0.12 * die * beat, 0.15 * cells), chip)
    return maps[0] + 0.45 * pin, maps[1] + 0.55 * pin * (0.6 + 0.6 * beat), maps[2]


def waterfall(c: Canvas) -> Maps:
    """A curtain of water between black cliffs into a misty pool; it falls by whole tiles an orbit."""
    ox = 0.13 * c.pairs.x[:, 1].view(-1, 1, 1).clamp(-2, 2)
    fall = c.angle(0) / (TAU / 2)
    pool = -0.62
    x, up = c.x - ox, c.y - pool
    rock = texture(c, "gas", x * 0.62 + 0.2, c.y * 0.34 + 0.4)
    stone = texture(c, "dust", x * 0.8, c.y * 0.55)
    wide = 0.40 + 0.20 * c.size(2)
    bank = x.abs() - wide - 0.10 * (stone - 0.5) - 0.16 * (texture(c, "dust", x * 0.0 + 0.3, c.y * 0.35) - 0.5) + 0.10 * smooth(0.4, 1.2, c.y)
    water = ramp(-bank, 0.05)
    strand = texture(c, "streaks", x * 1.3, 0.30 * c.y + fall)
    foam = texture(c, "dust", x * 1.9, 0.30 * c.y + fall)
    sheet = texture(c, "gas", x * 1.1 + 0.4, 0.22 * c.y + fall)
    flow = (0.16 + 0.75 * foam ** 1.6 + 0.45 * strand + 0.35 * sheet) * (0.55 + 0.40 * torch.cos(TAU / 4 * (x / wide).clamp(-1.5, 1.5)))
    glow = torch.exp(-((c.x - 0.4 * ox) ** 2 * 0.9 + (c.y - 0.95) ** 2 * 0.7)) * (0.75 + 0.5 * c.size(3))
    moon = torch.exp(-torch.sqrt((c.x - 0.3 * ox) ** 2 + (c.y - 1.0) ** 2 + 1e-5) * 2.6)
    wall = (0.06 + 0.45 * rock ** 1.4 + 0.30 * stone * rock) * (0.16 + 1.0 * torch.exp(-bank.clamp(min=0) * 3.6)) * (0.40 + 0.9 * glow)
    curtain = flow * (0.50 + 0.55 * glow)
    body = wall * (1 - water) + curtain * water
    mist_cloud = texture(c, "gas", c.x * 0.40 + 0.10 * c.cos(0), c.y * 0.55 + 0.12 * c.sin(0) + 0.2)
    mist = torch.exp(-(up / 0.34) ** 2 - (x / (wide + 0.55)) ** 2) * (0.45 + 0.95 * mist_cloud)
    d = (-up).clamp(min=0) + 0.10
    ring = torch.sqrt(x * x + (3.2 * up) ** 2 + 1e-5)
    waves = 0.5 + 0.5 * torch.cos(26 * ring - 2 * c.angle(0) + 3 * (texture(c, "fine", 0.2 * x / d, 0.3 / d) - 0.5))
    mirror = torch.exp(-(x / (wide + 0.10 + 0.25 * d)) ** 2)
    lake = (0.10 + 0.65 * waves ** 2 * mirror + 0.12 * waves) * torch.exp(-d * 0.9)
    wet = ramp(-up, 0.02)
    total = body * (1 - wet) + lake * wet + 0.62 * mist + 0.20 * moon * (1 - water)
    return 0.03 + 0.88 * total, 0.02 + 1.20 * total, 0.16 * (water * (1 - wet) * curtain) ** 3 + 0.12 * mist ** 2


BURSTS = ((-0.46, 0.34, 0.86, 0.00), (0.52, 0.48, 0.74, 0.37), (0.04, 0.10, 0.60, 0.70), (-1.30, 0.46, 0.72, 0.55), (1.36, 0.22, 0.72, 0.15))  # x, y, reach, birth


def fireworks(c: Canvas) -> Maps:
    """Bursts over a town by the water, each opening once an orbit at its own time."""
    ox, oy = c.sway(1, 0.14)
    shore = -0.60
    up = c.y - shore
    wet = ramp(-up, 0.012)
    wave = texture(c, "bands", c.x * 0.5, up * 1.2 + 0.12 * c.cos(0)) - 0.5
    x, y = c.x + 0.12 * wave * (up < 0), shore + up.abs()
    smoke = texture(c, "gas", x * 0.34 + 0.12 * c.cos(0), y * 0.40 + 0.10 * c.sin(0))
    ray, heat, haze = torch.zeros_like(x), torch.zeros_like(x), torch.zeros_like(x)
    for bx, by, reach, birth in BURSTS:
        age = c.angle(0) / TAU - birth
        age = age - torch.floor(age)
        size = reach * (0.80 + 0.40 * c.size(2)) * (1 - 0.85 * torch.exp(-4.0 * age))
        bright = smooth(0.0, 0.05, age) * (1 - smooth(0.40, 0.97, age)) * (1 + 0.8 * torch.exp(-age * 7))
        r, a = polar(x - bx - ox, y - by - oy + 0.14 * age * age)
        q = r / size
        depth = torch.log(q)
        sparks = 1.3 * texture(c, "streaks", wheel(a, 4) + bx, 1.1 * depth + by)
        shell = smooth(1.12, 0.80, q) * smooth(0.05, 0.55, q)
        ray = ray + bright * sparks * shell
        heat = heat + bright * (sparks * shell) ** 2 * smooth(0.4, 0.9, q)
        haze = haze + bright * (0.75 * torch.exp(-q * 1.5) + 1.1 * torch.exp(-(q / 0.20) ** 2) * torch.exp(-age * 4))
    glow = haze * (0.30 + 0.95 * smoke)
    dim = 1 - 0.40 * wet
    dusk = torch.exp(-(y - shore) * 2.0)
    tone = 0.02 + (1.60 * ray + 0.90 * glow) * dim + 0.16 * dusk
    light = 0.02 + (2.90 * ray + 1.25 * glow) * dim + 0.18 * dusk
    town = skyline(c, x * 1.25 + 0.4, up.abs() * 1.9)
    panes = town[:, 3:6].sum(1) * 0.8 * (1 - wet) + town[:, 6:9].sum(1) * 0.7 * wet
    walls = torch.maximum(town[:, 0], town[:, 1])
    tone, light, white = over((tone, light, 0.40 * heat.clamp(0, 1) * dim), (0.05 + 0.0 * x, 0.06 + 0.0 * x, 0.0 * x), walls * (1 - 0.3 * wet))
    return tone + 0.50 * panes, light + 0.70 * panes, white


def _street_wall(c: Canvas, u: torch.Tensor, v: torch.Tensor, left: torch.Tensor, row: float) -> tuple[torch.Tensor, torch.Tensor]:
    """A side of the street at reciprocal distance u, height v / u: (inside a tower, its lit windows). Three blocks repeat."""
    z = 0.9 / u + 3 * c.angle(0) / TAU + 1.5 * left
    block = torch.floor(z)
    f = z - block
    key = (block % 3) + 3 * left
    height = v / u
    top = row * (0.55 + 1.5 * hash01(key, torch.full_like(key, row), 2.0))
    inside = ramp(top - height, 0.03) * ramp(f - 0.05, 0.02) * ramp(0.97 - f, 0.02)
    wx, wy = (f - 0.08) / 0.86 * 5, (height + 1) * 4.6
    column, line = torch.floor(wx), torch.floor(wy)
    lit = smooth(0.40, 0.62, hash01(key * 5 + column, line, 5.0 + row)) * (0.4 + 0.6 * hash01(line, key + column, 3.0))
    pane = ramp(0.34 - (wx - column - 0.5).abs(), 0.08) * ramp(0.30 - (wy - line - 0.5).abs(), 0.08) * (wx > 0) * (wx < 5)
    sharp = smooth(0.05, 0.20, u)
    strip = torch.exp(-((f - 0.06).abs() * u / 0.020).clamp(max=6)) + 0.8 * torch.exp(-((top - height).abs() * u / 0.016).clamp(max=6))
    return inside, (pane * lit * sharp + 0.14 * (1 - sharp) + 0.75 * strip * inside) * inside


def city_flight(c: Canvas) -> Maps:
    """Flying between towers above a street of light, three blocks an orbit."""
    cx, cy = c.sway(1, 0.12)
    x, y = c.x - cx, c.y - cy
    wide = 0.62 + 0.22 * c.size(2)
    left = (x < 0).float()
    u, d = x.abs() / wide + 1e-3, (-y).clamp(min=0) + 1e-3
    glow = torch.exp(-torch.sqrt(x * x + 1.6 * y * y + 1e-5) * 2.0)
    sky_cloud = texture(c, "gas", c.x * 0.33 + 0.1 * c.cos(0), c.y * 0.4 + 0.08 * c.sin(0) + 0.3)
    maps: Maps = (0.03 + 0.46 * glow + 0.20 * sky_cloud * (0.4 + glow), 0.02 + 0.62 * glow + 0.22 * sky_cloud * (0.4 + glow), 0.0 * x)
    for scale, row, fog in ((0.45, 1.9, 0.45), (1.0, 1.0, 0.0)):
        inside, lamps = _street_wall(c, u * scale, y, left, row)
        fall = smooth(0.03, 0.22, u * scale) * (1.25 - 0.45 * u).clamp(min=0.3)
        base = 0.04 + 0.16 * glow + 0.26 * fog * glow + 0.20 * torch.exp(-(y / u / scale + 1).clamp(min=0) * 1.1) * (1 - fog)
        tone = base + 0.72 * lamps * fall * (1 - 0.4 * fog) + 0.10 * torch.exp(-(y + 1.0).clamp(min=0) * 2)
        light = base + 1.05 * lamps * fall * (1 - 0.4 * fog) + 0.12 * torch.exp(-(y + 1.0).clamp(min=0) * 2)
        maps = over(maps, (tone, light, 0.10 * lamps * fall), inside * smooth(0.02, 0.08, u * scale))
    road = ramp(d / 0.95 - u, 0.012) * ramp(-y, 0.012)
    z = 0.9 / d + 3 * c.angle(0) / TAU
    lane = x / d * 3.0
    stream = torch.exp(-(ripple(lane) * d / 3.0 / 0.014).clamp(max=6)) * ramp(2.7 - lane.abs(), 0.1)
    cars = (0.5 + 0.5 * torch.cos(TAU * z / 3 + 2.1 * torch.round(lane))) ** 2
    wet = texture(c, "fine", lane * 0.2, 0.4 / d)
    shine = torch.exp(-(x / (0.06 + 0.5 * d)) ** 2) * torch.exp(-d * 1.6)
    ground = (stream * (0.25 + 0.95 * cars) + 0.35 * shine * (0.5 + wet) + 0.05) * smooth(0.02, 0.14, d)
    maps = over(maps, (0.04 + 0.70 * ground, 0.03 + 1.15 * ground, 0.16 * stream * cars), road)
    core = torch.exp(-torch.sqrt(x * x + 2.5 * y * y + 1e-5) / (0.10 + 0.06 * c.size(3)))
    return maps[0] + 0.55 * core, maps[1] + 0.8 * core, maps[2] + 0.25 * core


SCENES: dict[str, Callable[[Canvas], Maps]] = {"circuit": circuit, "waterfall": waterfall, "fireworks": fireworks, "city_flight": city_flight}
