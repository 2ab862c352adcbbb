"""Machines that supply a plant with air and steam."""

from __future__ import annotations

from maintenance.demo.kinds import terms
from maintenance.demo.kinds.machine_kind import (
    HOUR,
    MONTHLY,
    QUARTERLY,
    YEARLY,
    Failure,
    MachineKind,
    Plan,
)
from maintenance.demo.wording import Text

COMPRESSOR = MachineKind(
    Text("Compresor", "Compressor", "Compressor"),
    terms.UTILITIES,
    (("Atlas Copco", "GA 75"), ("Kaeser", "CSD 105"), ("Ingersoll Rand", "R55n")),
    (
        Plan(
            Text(
                "Cambio de aceite y filtros del compresor",
                "Troca de óleo e filtros do compressor",
                "Oil and filter change of the compressor",
            ),
            QUARTERLY,
            3 * HOUR,
            reading_hours=2000,
            stops=True,
        ),
        Plan(
            Text(
                "Purga de condensados y revisión de presiones",
                "Purga de condensado e verificação de pressões",
                "Condensate drain and pressure check",
            ),
            MONTHLY,
            HOUR // 2,
            terms.INSPECTION,
        ),
        Plan(
            Text(
                "Ruta de análisis de vibraciones de la sala de compresores",
                "Rota de análise de vibração da sala de compressores",
                "Vibration analysis route - compressor room",
            ),
            QUARTERLY,
            HOUR,
            terms.PREDICTIVE,
        ),
    ),
    (
        Failure(
            Text(
                "Compresor dispara por alta temperatura de descarga",
                "Compressor desarma por alta temperatura de descarga",
                "Compressor trips on high discharge temperature",
            ),
            terms.MECHANICAL,
            terms.CONTAMINATION,
            6,
        ),
        Failure(
            Text(
                "Fuga de aire en la válvula de retención",
                "Vazamento de ar na válvula de retenção",
                "Air leak at the check valve",
            ),
            terms.PNEUMATIC,
            terms.DAMAGED_SEAL,
            3.5,
        ),
        Failure(
            Text(
                "Compresor arranca y para seguido, presostato fuera de rango",
                "Compressor liga e desliga a toda hora, pressostato fora da faixa",
                "Compressor short-cycling, pressure switch out of range",
            ),
            terms.INSTRUMENTS,
            terms.OUT_OF_CALIBRATION,
            2,
        ),
        Failure(
            Text(
                "Ruptura de correa de transmisión",
                "Ruptura da correia de transmissão",
                "Drive belt broken",
            ),
            terms.MECHANICAL,
            terms.WEAR,
            4,
        ),
    ),
    70,
    (
        Text("Motor principal", "Motor principal", "Main motor"),
        Text("Elemento compresor", "Elemento compressor", "Compressor element"),
        Text("Válvula de admisión", "Válvula de admissão", "Inlet valve"),
    ),
)
DRYER = MachineKind(
    Text("Secador de aire", "Secador de ar", "Air dryer"),
    terms.UTILITIES,
    (("Donaldson", "DS 90"), ("Parker", "SPE 160")),
    (
        Plan(
            Text(
                "Limpieza de condensador del secador",
                "Limpeza do condensador do secador",
                "Cleaning of the dryer condenser",
            ),
            QUARTERLY,
            HOUR,
        ),
    ),
    (
        Failure(
            Text(
                "Punto de rocío alto en la red de aire",
                "Ponto de orvalho alto na rede de ar",
                "High dew point in the air network",
            ),
            terms.PNEUMATIC,
            terms.WEAR,
            5,
        ),
        Failure(
            Text(
                "Purgador automático trabado en posición abierta",
                "Purgador automático travado aberto",
                "Automatic drain stuck open",
            ),
            terms.PNEUMATIC,
            terms.CONTAMINATION,
            1.5,
        ),
    ),
    210,
)
BOILER = MachineKind(
    Text("Caldera", "Caldeira", "Boiler"),
    terms.UTILITIES,
    (("Cleaver-Brooks", "CBEX 300"), ("Aalborg", "M3P 5t")),
    (
        Plan(
            Text(
                "Inspección de seguridad de caldera: válvulas, nivel y presostatos",
                "Inspeção de segurança da caldeira: válvulas, nível e pressostatos",
                "Boiler safety inspection: valves, level and pressure switches",
            ),
            MONTHLY,
            2 * HOUR,
            terms.INSPECTION,
        ),
        Plan(
            Text(
                "Limpieza de quemador y ajuste de combustión",
                "Limpeza do queimador e ajuste da combustão",
                "Burner cleaning and combustion tuning",
            ),
            QUARTERLY,
            5 * HOUR,
            stops=True,
        ),
        Plan(
            Text(
                "Prueba hidrostática anual de la caldera",
                "Teste hidrostático anual da caldeira",
                "Annual hydrostatic test of the boiler",
            ),
            YEARLY,
            16 * HOUR,
            stops=True,
        ),
    ),
    (
        Failure(
            Text(
                "Quemador no enciende, falla de llama repetida",
                "Queimador não acende, falha de chama repetida",
                "Burner does not light, repeated flame failure",
            ),
            terms.INSTRUMENTS,
            terms.DIRTY_PHOTOCELL,
            5,
        ),
        Failure(
            Text(
                "Fuga de vapor en la purga de fondo",
                "Vazamento de vapor na descarga de fundo",
                "Steam leak at the bottom blowdown",
            ),
            terms.MECHANICAL,
            terms.CORROSION,
            7,
        ),
        Failure(
            Text(
                "Bomba de alimentación de la caldera sin presión",
                "Bomba de alimentação da caldeira sem pressão",
                "Boiler feed pump without pressure",
            ),
            terms.HYDRAULIC,
            terms.CAVITATION,
            6,
        ),
        Failure(
            Text(
                "Nivel bajo de agua, apagado por seguridad",
                "Nível baixo de água, desligamento por segurança",
                "Low water level, safety shutdown",
            ),
            terms.INSTRUMENTS,
            terms.DIRTY_SENSOR,
            3,
        ),
    ),
    60,
    (
        Text("Quemador", "Queimador", "Burner"),
        Text("Bomba de alimentación", "Bomba de alimentação", "Feed pump"),
    ),
)
