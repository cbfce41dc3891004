"""The networks that are trained here: small enough for a processor, of plain convolutions that any runtime knows."""

import itertools

import torch
from torch import nn
from torch.nn import functional

#: Pixels a side that become one place: the look's generator works at a quarter of the picture's resolution (Shi et al., CVPR
#: 2016, the other way round), which is what makes it quick on a processor.
CELL = 4
#: Channels at the full resolution.
FINE = 16


class ResidualBlock(nn.Module):
    """Two convolutions and what went in (He et al., CVPR 2016), without normalisation: its statistics would make a picture
    depend on what else is in it, and film flickers then."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        added: torch.Tensor = self.second(functional.relu(self.first(functional.relu(x))))
        return x + added


class LookGenerator(nn.Module):
    """A frame to a frame: (n, 3, h, w) float32 sRGB 0..1, sides multiples of ``CELL``, to the same. What it adds is a
    residual, so that it begins as the identity. What is seen at a quarter of the resolution comes back smoothly and joins
    the frame's own pixels (sub-pixel convolutions on the way out leave a grid in flat areas). Nothing in it is random and
    nothing looks at other frames: what is drawn alike comes out alike."""

    def __init__(self, channels: int = 48, blocks: int = 5) -> None:
        super().__init__()
        self.enter = nn.Conv2d(3 * CELL * CELL, channels, 3, padding=1)
        self.body = nn.Sequential(*(ResidualBlock(channels) for _ in range(blocks)))
        self.leave = nn.Conv2d(channels, FINE, 3, padding=1)
        self.join = nn.Conv2d(FINE + 3, FINE, 3, padding=1)
        self.finish = nn.Conv2d(FINE, 3, 3, padding=1)
        nn.init.zeros_(self.finish.weight)
        nn.init.zeros_(self.finish.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        centred = x - 0.5
        inner = self.leave(functional.relu(self.body(self.enter(functional.pixel_unshuffle(centred, CELL)))))
        wide = functional.interpolate(inner, scale_factor=float(CELL), mode="bilinear", align_corners=False)
        change: torch.Tensor = self.finish(functional.relu(self.join(torch.cat([wide, centred], 1))))
        return (x + change).clamp(0.0, 1.0)


class PatchCritic(nn.Module):
    """How much a picture looks like those of the works: (n, 3, h, w) float32 0..1, sides of 32 at least, to a map
    (n, 1, h/8, w/8) of marks without bounds, each of a patch of about 70 pixels (PatchGAN, Isola et al., CVPR 2017)."""

    def __init__(self, channels: int = 48) -> None:
        super().__init__()
        sizes = (3, channels, 2 * channels, 4 * channels)
        pairs = itertools.pairwise(sizes)
        self.layers = nn.ModuleList(nn.Conv2d(a, b, 4, stride=2, padding=1) for a, b in pairs)
        self.inner = nn.Conv2d(4 * channels, 4 * channels, 3, padding=1)
        self.mark = nn.Conv2d(4 * channels, 1, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = 2.0 * x - 1.0
        for layer in self.layers:
            x = functional.leaky_relu(layer(x), 0.2)
        marks: torch.Tensor = self.mark(functional.leaky_relu(self.inner(x), 0.2))
        return marks


class TimeBlock(nn.Module):
    """A residual block that is told how far the flow has come."""

    def __init__(self, channels: int, told: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        self.before = nn.GroupNorm(8, channels)
        self.between = nn.GroupNorm(8, channels)
        self.told = nn.Linear(told, 2 * channels)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: torch.Tensor, when: torch.Tensor) -> torch.Tensor:
        scale, shift = self.told(when)[:, :, None, None].chunk(2, dim=1)
        inner = self.first(functional.silu(self.before(x)))
        added: torch.Tensor = self.second(functional.silu(self.between(inner) * (1.0 + scale) + shift))
        return x + added


class PlateFlow(nn.Module):
    """The velocity from noise to a plate: (n, 3, h, w) float32 about -1..1, sides multiples of 8, and the time (n,) 0..1,
    to (n, 3, h, w). A U-Net (Ronneberger et al., MICCAI 2015) of three levels."""

    def __init__(self, channels: int = 48) -> None:
        super().__init__()
        a, b, c = channels, 2 * channels, 2 * channels
        told = 4 * channels
        self.register_buffer("waves", torch.exp(torch.linspace(0.0, 6.0, channels)), persistent=False)
        self.clock = nn.Sequential(nn.Linear(2 * channels, told), nn.SiLU(), nn.Linear(told, told), nn.SiLU())
        self.enter = nn.Conv2d(3 + 2, a, 3, padding=1)
        self.down = nn.ModuleList([TimeBlock(a, told), TimeBlock(b, told), TimeBlock(c, told)])
        self.shrink = nn.ModuleList([nn.Conv2d(a, b, 3, 2, 1), nn.Conv2d(b, c, 3, 2, 1), nn.Conv2d(c, c, 3, 2, 1)])
        self.middle = nn.ModuleList([TimeBlock(c, told), TimeBlock(c, told)])
        self.join = nn.ModuleList([nn.Conv2d(2 * c, c, 1), nn.Conv2d(c + b, b, 1), nn.Conv2d(b + a, a, 1)])
        self.up = nn.ModuleList([TimeBlock(c, told), TimeBlock(b, told), TimeBlock(a, told)])
        self.leave = nn.Conv2d(a, 3, 3, padding=1)

    def forward(self, x: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        phase = time[:, None] * self.waves[None, :]
        when = self.clock(torch.cat([phase.sin(), phase.cos()], 1))
        x = self.enter(torch.cat([x, _places(x)], 1))
        kept = []
        for block, shrink in zip(self.down, self.shrink, strict=True):
            x = block(x, when)
            kept.append(x)
            x = shrink(x)
        for block in self.middle:
            x = block(x, when)
        for block, join in zip(self.up, self.join, strict=True):
            x = join(torch.cat([functional.interpolate(x, scale_factor=2.0, mode="nearest"), kept.pop()], 1))
            x = block(x, when)
        velocity: torch.Tensor = self.leave(functional.silu(x))
        return velocity


def _places(x: torch.Tensor) -> torch.Tensor:
    """Where each pixel lies, -1..1 down and across: a plate has a ground and a sky."""
    n, _, h, w = x.shape
    down = torch.linspace(-1.0, 1.0, h)[None, None, :, None].expand(n, 1, h, w)
    across = torch.linspace(-1.0, 1.0, w)[None, None, None, :].expand(n, 1, h, w)
    return torch.cat([down, across], 1).to(x)


def parameters(network: nn.Module) -> int:
    """How many numbers a network learned."""
    return sum(one.numel() for one in network.parameters())
