"""The kinds of machines of the demo plants: makes, maintenance plans and failures.

The texts imitate what people of such a plant write: mostly Spanish, some Portuguese, some English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HOUR = 3600

DAILY = 1
WEEKLY = 7
MONTHLY = 30
QUARTERLY = 91
HALF_YEARLY = 182
YEARLY = 365

DATE_TRIGGERS: Mapping[int, str] = {
    WEEKLY: "DATE$EVERY$1$WEEKS",
    MONTHLY: "DATE$EVERY$1$MONTHS",
    QUARTERLY: "DATE$EVERY$3$MONTHS",
    HALF_YEARLY: "DATE$EVERY$6$MONTHS",
    YEARLY: "DATE$EVERY$1$YEARS",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A task that recurs every `every_days` days, or every `reading_hours` running hours if these are set."""

    text: str
    every_days: int
    seconds: int
    type: str = "Preventiva"
    reading_hours: int | None = None
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    text: str
    type: str
    cause: str
    repair_hours: float


@dataclass(frozen=True, slots=True)
class MachineKind:
    """A kind of machine. `days_between_failures` is the mean of one machine."""

    group: str
    group_1: str
    makes: tuple[tuple[str, str], ...]
    plans: tuple[Plan, ...]
    failures: tuple[Failure, ...]
    days_between_failures: int
    parts: tuple[str, ...] = ()


COMPRESSOR = MachineKind(
    "Compresor",
    "Utilidades",
    (("Atlas Copco", "GA 75"), ("Kaeser", "CSD 105"), ("Ingersoll Rand", "R55n")),
    (
        Plan("Cambio de aceite y filtros del compresor", QUARTERLY, 3 * HOUR, reading_hours=2000, stops=True),
        Plan("Purga de condensados y revisión de presiones", MONTHLY, HOUR // 2, "Inspección"),
        Plan("Vibration analysis route - compressor room", QUARTERLY, HOUR, "Predictiva"),
    ),
    (
        Failure("Compresor dispara por alta temperatura de descarga", "Mecánica", "Contaminación", 6),
        Failure("Vazamento de ar na válvula de retenção", "Neumática", "Vedação danificada", 3.5),
        Failure(
            "Compressor short-cycling, pressure switch out of range", "Instrumentación", "Descalibración", 2
        ),
        Failure("Ruptura de correa de transmisión", "Mecánica", "Desgaste normal", 4),
    ),
    70,
    ("Motor principal", "Elemento compresor", "Válvula de admisión"),
)
DRYER = MachineKind(
    "Secador de aire",
    "Utilidades",
    (("Donaldson", "DS 90"), ("Parker", "SPE 160")),
    (Plan("Limpieza de condensador del secador", QUARTERLY, HOUR),),
    (
        Failure("Punto de rocío alto en la red de aire", "Neumática", "Desgaste normal", 5),
        Failure("Purgador automático travado aberto", "Neumática", "Contaminación", 1.5),
    ),
    210,
)
BOILER = MachineKind(
    "Caldera",
    "Utilidades",
    (("Cleaver-Brooks", "CBEX 300"), ("Aalborg", "M3P 5t")),
    (
        Plan(
            "Inspección de seguridad de caldera: válvulas, nivel y presostatos",
            MONTHLY,
            2 * HOUR,
            "Inspección",
        ),
        Plan("Limpieza de quemador y ajuste de combustión", QUARTERLY, 5 * HOUR, stops=True),
        Plan("Prueba hidrostática anual de la caldera", YEARLY, 16 * HOUR, stops=True),
    ),
    (
        Failure(
            "Quemador no enciende, falla de llama repetida", "Instrumentación", "Suciedad en fotocelda", 5
        ),
        Failure("Fuga de vapor en la purga de fondo", "Mecánica", "Corrosión", 7),
        Failure("Bomba de alimentación de la caldera sin presión", "Hidráulica", "Cavitación", 6),
        Failure("Nível baixo de água, desligamento por segurança", "Instrumentación", "Sensor sucio", 3),
    ),
    60,
    ("Quemador", "Bomba de alimentación"),
)
PUMP = MachineKind(
    "Bomba",
    "Utilidades",
    (("KSB", "Etanorm 80-200"), ("Grundfos", "NB 65-160"), ("Sulzer", "AHLSTAR A22")),
    (
        Plan("Lubricación de rodamientos de la bomba", QUARTERLY, HOUR // 2, "Lubricación"),
        Plan("Alineación láser bomba-motor", YEARLY, 3 * HOUR, stops=True),
    ),
    (
        Failure("Fuga por sello mecánico", "Mecánica", "Desgaste normal", 4),
        Failure("Bomba con vibración alta y ruido en rodamientos", "Mecánica", "Desalineación", 6),
        Failure("Pump tripped on overload", "Eléctrica", "Sobrecarga", 2),
        Failure("Bomba perdeu a escorva", "Hidráulica", "Cavitación", 1.5),
    ),
    150,
    ("Motor eléctrico",),
)
GENSET = MachineKind(
    "Grupo electrógeno",
    "Energía",
    (("Caterpillar", "C18 600 kVA"), ("Cummins", "C550 D5")),
    (
        Plan("Prueba semanal en vacío del grupo electrógeno", WEEKLY, HOUR // 2, "Inspección"),
        Plan(
            "Cambio de aceite, filtros y refrigerante", HALF_YEARLY, 4 * HOUR, reading_hours=250, stops=True
        ),
    ),
    (
        Failure("Genset failed to start on transfer test", "Eléctrica", "Batería agotada", 3),
        Failure("Fuga de combustible en la línea de retorno", "Mecánica", "Vibración", 4),
        Failure("Alarma por baja presión de aceite", "Instrumentación", "Sensor sucio", 2),
    ),
    160,
    ("Alternador", "Banco de baterías"),
)
TRANSFORMER = MachineKind(
    "Transformador",
    "Energía",
    (("Siemens", "GEAFOL 1000"), ("WEG", "TFO 1500")),
    (
        Plan("Termografía de conexiones del transformador", HALF_YEARLY, HOUR, "Predictiva"),
        Plan("Análisis cromatográfico de aceite dieléctrico", YEARLY, 2 * HOUR, "Predictiva"),
    ),
    (Failure("Alarma por temperatura de devanados", "Eléctrica", "Sobrecarga", 4),),
    500,
)
SWITCHBOARD = MachineKind(
    "Tablero eléctrico",
    "Energía",
    (("Schneider", "Prisma iPM"), ("Siemens", "SIVACON S8"), ("ABB", "MNS")),
    (Plan("Termografía y reapriete de bornes del tablero", HALF_YEARLY, 2 * HOUR, "Predictiva"),),
    (
        Failure("Disparo de interruptor principal del tablero", "Eléctrica", "Sobrecarga", 2),
        Failure("Contator queimado na partida do motor", "Eléctrica", "Desgaste normal", 2.5),
    ),
    330,
)
CHILLER = MachineKind(
    "Chiller",
    "Utilidades",
    (("Trane", "RTAC 200"), ("Carrier", "30XA 252"), ("York", "YVAA")),
    (
        Plan("Limpieza de condensador y registro de presiones", MONTHLY, 2 * HOUR),
        Plan("Annual chiller overhaul with OEM", YEARLY, 12 * HOUR, stops=True),
    ),
    (
        Failure("Chiller para por baja presión de succión", "Mecánica", "Fuga de refrigerante", 8),
        Failure(
            "Falha de comunicação do controlador do chiller", "Instrumentación", "Componente defectuoso", 3
        ),
        Failure("Fan motor bearing seized", "Mecánica", "Falta de lubricación", 6),
    ),
    110,
    ("Compresor 1", "Compresor 2"),
)
COOLING_TOWER = MachineKind(
    "Torre de enfriamiento",
    "Utilidades",
    (("Evapco", "AT 19"), ("Alpina", "CPA 120")),
    (Plan("Limpieza de boquillas y relleno de la torre", QUARTERLY, 3 * HOUR, stops=True),),
    (
        Failure("Ventilador de la torre con vibración", "Mecánica", "Desbalanceo", 5),
        Failure("Válvula de reposición no cierra", "Hidráulica", "Incrustación", 2),
    ),
    190,
)
FILLER = MachineKind(
    "Llenadora",
    "Producción",
    (("Krones", "Modulfill"), ("Sidel", "EvoFILL"), ("KHS", "Innofill")),
    (
        Plan("Inspección de válvulas de llenado y sellos", MONTHLY, 2 * HOUR, "Inspección"),
        Plan("Lubricación general de la llenadora", MONTHLY, HOUR, "Lubricación"),
        Plan("Overhaul semestral de la llenadora", HALF_YEARLY, 10 * HOUR, stops=True),
    ),
    (
        Failure(
            "Válvula de llenado 14 no abre, botellas con bajo nivel", "Neumática", "Desgaste normal", 2.5
        ),
        Failure("Filler star wheel jammed by fallen bottle", "Mecánica", "Operación inadecuada", 1),
        Failure("Servo de carrusel en falla F07452", "Eléctrica", "Componente defectuoso", 4),
        Failure("Vazamento de produto na junta rotativa", "Hidráulica", "Vedação danificada", 3),
    ),
    38,
    ("Carrusel", "Motor de carrusel"),
)
CAPPER = MachineKind(
    "Tapadora",
    "Producción",
    (("Arol", "Euro PK"), ("Zalkin", "CA 8")),
    (Plan("Calibración de torque de cabezales de tapado", MONTHLY, HOUR, "Calibración"),),
    (
        Failure("Tapas mal roscadas en cabezal 6", "Mecánica", "Desajuste", 1.5),
        Failure("Cap feeder blocked", "Mecánica", "Contaminación", 0.7),
    ),
    75,
    ("Cabezal de tapado",),
)
LABELLER = MachineKind(
    "Etiquetadora",
    "Producción",
    (("Sacmi", "Opera 400"), ("P.E. Labellers", "Modular SL")),
    (Plan("Limpieza de rodillos y estación de cola", WEEKLY * 4 + 2, HOUR),),
    (
        Failure("Etiqueta desalineada, sensor de marca no lee", "Instrumentación", "Sensor sucio", 1),
        Failure("Cola fría: resistencia quemada", "Eléctrica", "Desgaste normal", 2),
    ),
    80,
    ("Estación de cola",),
)
PACKER = MachineKind(
    "Empacadora",
    "Producción",
    (("Smipack", "BP 1102"), ("Ocme", "Vega HT")),
    (
        Plan("Revisión de túnel de retráctil y resistencias", QUARTERLY, 2 * HOUR),
        Plan("Troca de lâminas de corte do filme", QUARTERLY, HOUR),
    ),
    (
        Failure("Película se corta mal en la barra de sellado", "Mecánica", "Desgaste normal", 1.5),
        Failure("Túnel de retráctil no alcanza temperatura", "Eléctrica", "Componente defectuoso", 3),
    ),
    90,
    ("Túnel de retráctil",),
)
PALLETISER = MachineKind(
    "Paletizador",
    "Producción",
    (("ABB", "IRB 460"), ("KUKA", "KR 180 PA")),
    (Plan("Revisión de robot: reductores, cables y pinza", QUARTERLY, 3 * HOUR, stops=True),),
    (
        Failure("Robot pierde referencia de eje 3", "Instrumentación", "Batería agotada", 3),
        Failure("Gripper vacuum lost, cups worn", "Neumática", "Desgaste normal", 1.5),
    ),
    95,
    ("Pinza de vacío",),
)
CONVEYOR = MachineKind(
    "Transportador",
    "Producción",
    (("Rexnord", "7500"), ("Regina", "MatTop")),
    (Plan("Inspección de cadena, guías y tensores", QUARTERLY, HOUR, "Inspección"),),
    (
        Failure("Cadena de tablillas rota", "Mecánica", "Desgaste normal", 1.5),
        Failure("Motorredutor do transportador sobreaquecido", "Mecánica", "Falta de lubricación", 3),
        Failure("Fotocelda de acumulación sin señal", "Instrumentación", "Suciedad en fotocelda", 0.6),
    ),
    130,
)
ELEVATOR = MachineKind(
    "Ascensor",
    "Edificio",
    (("Otis", "Gen2"), ("Schindler", "3300"), ("Thyssenkrupp", "Synergy")),
    (
        Plan("Mantenimiento mensual de ascensor según norma", MONTHLY, 2 * HOUR, stops=True),
        Plan("Elevator brake and safety gear test", YEARLY, 4 * HOUR, "Inspección", stops=True),
    ),
    (
        Failure("Elevator stuck between floors", "Eléctrica", "Componente defectuoso", 3),
        Failure("Puerta de cabina no cierra", "Mecánica", "Desajuste", 1.5),
        Failure("Elevador nivela mal no 3º andar", "Instrumentación", "Descalibración", 2),
    ),
    85,
    ("Máquina de tracción", "Operador de puertas"),
)
AIR_HANDLER = MachineKind(
    "Aire acondicionado",
    "Edificio",
    (("Daikin", "FXSQ"), ("LG", "Multi V 5"), ("Trane", "CLCH")),
    (Plan("Cambio de filtros y limpieza de serpentín", QUARTERLY, HOUR),),
    (
        Failure("Unidad no enfría, falta de refrigerante", "Mecánica", "Fuga de refrigerante", 4),
        Failure("Gotejamento de água no teto da sala", "Hidráulica", "Drenaje obstruido", 1),
    ),
    170,
    ("Ventilador",),
)
FORKLIFT = MachineKind(
    "Montacargas",
    "Logística",
    (("Toyota", "8FBE18"), ("Hyster", "H50"), ("Linde", "E25")),
    (
        Plan("Servicio de 250 horas del montacargas", QUARTERLY, 3 * HOUR, reading_hours=250, stops=True),
        Plan("Forklift safety inspection", MONTHLY, HOUR // 2, "Inspección"),
    ),
    (
        Failure("Fuga de aceite en cilindro de elevación", "Hidráulica", "Vedação danificada", 4),
        Failure("Bateria da empilhadeira não segura carga", "Eléctrica", "Batería agotada", 3),
        Failure("Neumático dañado", "Mecánica", "Operación inadecuada", 2),
    ),
    90,
    ("Batería de tracción",),
)
TANK = MachineKind(
    "Tanque",
    "Proceso",
    (("Feldmeier", "SS 20k"), ("Inoxpa", "TM 10")),
    (Plan("Inspección de soldaduras y espesor del tanque", YEARLY, 4 * HOUR, "Inspección"),),
    (Failure("Transmisor de nivel con lectura congelada", "Instrumentación", "Componente defectuoso", 2),),
    300,
    ("Agitador",),
)
WATER_TREATMENT = MachineKind(
    "Tratamiento de agua",
    "Utilidades",
    (("Veolia", "Actiflo"), ("Pentair", "X-Flow")),
    (
        Plan("Calibración de sondas de pH y cloro", MONTHLY, HOUR, "Calibración"),
        Plan("Lavado químico de membranas", QUARTERLY, 6 * HOUR, stops=True),
    ),
    (
        Failure("Blower da ETE com ruído anormal", "Mecánica", "Falta de lubricación", 5),
        Failure("Membrana saturada, caudal bajo", "Hidráulica", "Incrustación", 6),
        Failure("Dosing pump lost prime", "Hidráulica", "Contaminación", 1),
    ),
    100,
)
FIRE_SYSTEM = MachineKind(
    "Sistema contra incendio",
    "Seguridad",
    (("Notifier", "NFS2-3030"), ("Kidde", "VS4")),
    (
        Plan("Prueba semanal de bomba contra incendio", WEEKLY, HOUR // 2, "Inspección"),
        Plan("Inspección mensual de extintores y gabinetes", MONTHLY, 2 * HOUR, "Inspección"),
    ),
    (Failure("Falla de lazo en panel de incendio", "Eléctrica", "Humedad", 2),),
    280,
)
TOOL = MachineKind(
    "Instrumento",
    "Taller",
    (("Fluke", "Ti480"), ("SKF", "TKSA 71"), ("Snap-on", "TechAngle"), ("Bosch", "GSB 18V")),
    (Plan("Calibración y certificado del instrumento", YEARLY, 2 * HOUR, "Calibración"),),
    (),
    0,
)

FAILING = (
    COMPRESSOR, DRYER, BOILER, PUMP, GENSET, TRANSFORMER, SWITCHBOARD, CHILLER, COOLING_TOWER, FILLER,
    CAPPER, LABELLER, PACKER, PALLETISER, CONVEYOR, ELEVATOR, AIR_HANDLER, FORKLIFT, TANK, WATER_TREATMENT,
    FIRE_SYSTEM,
)  # fmt: skip
CAUSES = tuple(sorted({failure.cause for kind in FAILING for failure in kind.failures}))
FAILURE_TYPES = ("Eléctrica", "Hidráulica", "Instrumentación", "Mecánica", "Neumática")
DETECTION_METHODS = (
    "Alarma SCADA",
    "Análisis de vibraciones",
    "Inspección visual",
    "Operador",
    "Ruído anormal",
    "Termografía",
)
