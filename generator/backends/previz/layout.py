"""How the scene lies in the arrays that the kernels read: named columns instead of bare numbers.

Metres, seconds, right-handed, y up, still water at y = 0. Colours are linear RGB, 1.0 a sunlit white wall.
"""

#: One row for each primitive shape. Rotation is world to local, row by row.
(
    SHAPE,
    PX,
    PY,
    PZ,
    R00,
    R01,
    R02,
    R10,
    R11,
    R12,
    R20,
    R21,
    R22,
    SA,
    SB,
    SC,
    ROUND,
    BLEND,
    MATERIAL,
    BOUND,
    BUMP,
    BUMP_SCALE,
    HX,
    HY,
    HZ,
    MEETING,
) = range(26)
PRIMITIVE_COLUMNS = 26

#: How a ray meets a primitive: by marching it alone, exactly (box, ellipsoid), or marching it with those it blends with.
ALONE, EXACT_BOX, EXACT_ELLIPSOID, TOGETHER = range(4)

ELLIPSOID, BOX, CONE, CAPSULE, GABLE, TORUS, HULL = range(7)

#: One row for each object: bounding sphere and its primitives' range.
OX, OY, OZ, ORADIUS, OFIRST, OLAST = range(6)
OBJECT_COLUMNS = 6

#: One row for each material. SPECULAR 0..1; GLOW multiplies the colour as emitted light.
MR, MG, MB, SPECULAR, GLOW, PATTERN, PATTERN_SIZE, M2R, M2G, M2B = range(10)
MATERIAL_COLUMNS = 10
PLAIN, WINDOWS, PLANKS, STRIPES, TILES, FOLIAGE, STONE, LINES, SKIN = range(9)

#: One row for each lamp: position, colour times power, how far its halo shows in the air, 1 if it throws shadows.
LX, LY, LZ, LR, LG, LB, HALO, LSHADOW = range(8)
LIGHT_COLUMNS = 8

#: The camera: place, right, up, forward, tangent of half the horizontal angle.
(CX, CY, CZ, RX, RY, RZ, UX, UY, UZ, FX, FY, FZ, TANX) = range(13)
CAMERA_COLUMNS = 13

#: The world: everything that is one number.
(
    TIME,
    SEED,
    SUN_X,
    SUN_Y,
    SUN_Z,
    SUN_R,
    SUN_G,
    SUN_B,
    SUN_SIZE,
    ZENITH_R,
    ZENITH_G,
    ZENITH_B,
    HORIZON_R,
    HORIZON_G,
    HORIZON_B,
    CLOUD,
    CLOUD_DARK,
    STARS,
    MOON,
    FOG,
    FOG_R,
    FOG_G,
    FOG_B,
    FOG_HEIGHT,
    WATER,
    WATER_R,
    WATER_G,
    WATER_B,
    WAVES,
    GROUND_EXTENT,
    GROUND_TOP,
    GROUND_KIND,
    GROUND_R,
    GROUND_G,
    GROUND_B,
    SLOPE_R,
    SLOPE_G,
    SLOPE_B,
    RIDGE,
    RIDGE_KIND,
    RIDGE_R,
    RIDGE_G,
    RIDGE_B,
    WETNESS,
    SNOWLINE,
    INDOORS,
    ROOM_X,
    ROOM_Y,
    ROOM_Z,
    WINDOW_X,
    WINDOW_Y,
    WINDOW_HALF_W,
    WINDOW_HALF_H,
    WALL_R,
    WALL_G,
    WALL_B,
    FLOOR_R,
    FLOOR_G,
    FLOOR_B,
    DUST,
    BEAM_X,
    BEAM_Y,
    BEAM_Z,
    BEAM_DX,
    BEAM_DY,
    BEAM_DZ,
    BEAM_POWER,
    WALL_KIND,
    FLOOR_KIND,
    SCROLL,
) = range(70)
WORLD_COLUMNS = 70

#: Kinds of walls and floors.
PANELLED, PLASTER, TILED, BRICK, METAL, ASHLAR, BOARDED = range(7)
BOARDS, CHECKS, FLAGS, CONCRETE, CARPET = range(5)

#: Kinds of ground and of far silhouettes.
GRASS, SAND, ROCKY, PAVED, SNOWY = range(5)
HILLS, PEAKS, SKYLINE = range(3)

#: What a pixel shows, for edges and for the location scout: primitives count from OBJECT_ID up.
SKY_ID, GROUND_ID, WATER_ID, ROOM_ID, OBJECT_ID = range(5)
