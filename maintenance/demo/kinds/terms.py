"""The terms of the catalogues that kinds of machines, their plans and their failures use."""

from __future__ import annotations

from maintenance.demo.wording import Text

UTILITIES = Text("Utilidades", "Utilidades", "Utilities")
ENERGY = Text("Energía", "Energia", "Energy")
PRODUCTION = Text("Producción", "Produção", "Production")
BUILDING = Text("Edificio", "Edifício", "Building")
LOGISTICS = Text("Logística", "Logística", "Logistics")
PROCESS = Text("Proceso", "Processo", "Process")
SAFETY = Text("Seguridad", "Segurança", "Safety")
WORKSHOP = Text("Taller", "Oficina", "Workshop")

PREVENTIVE = Text("Preventiva", "Preventiva", "Preventive")
CORRECTIVE = Text("Correctiva", "Corretiva", "Corrective")
PREDICTIVE = Text("Predictiva", "Preditiva", "Predictive")
INSPECTION = Text("Inspección", "Inspeção", "Inspection")
LUBRICATION = Text("Lubricación", "Lubrificação", "Lubrication")
CALIBRATION = Text("Calibración", "Calibração", "Calibration")
IMPROVEMENT = Text("Mejora", "Melhoria", "Improvement")
TASK_TYPES = (PREVENTIVE, CORRECTIVE, PREDICTIVE, INSPECTION, LUBRICATION, CALIBRATION, IMPROVEMENT)

ELECTRICAL = Text("Eléctrica", "Elétrica", "Electrical")
HYDRAULIC = Text("Hidráulica", "Hidráulica", "Hydraulic")
INSTRUMENTS = Text("Instrumentación", "Instrumentação", "Instrumentation")
MECHANICAL = Text("Mecánica", "Mecânica", "Mechanical")
PNEUMATIC = Text("Neumática", "Pneumática", "Pneumatic")
FAILURE_TYPES = (ELECTRICAL, HYDRAULIC, INSTRUMENTS, MECHANICAL, PNEUMATIC)

FLAT_BATTERY = Text("Batería agotada", "Bateria descarregada", "Flat battery")
CAVITATION = Text("Cavitación", "Cavitação", "Cavitation")
DEFECTIVE_PART = Text("Componente defectuoso", "Componente defeituoso", "Defective part")
CONTAMINATION = Text("Contaminación", "Contaminação", "Contamination")
CORROSION = Text("Corrosión", "Corrosão", "Corrosion")
OUT_OF_ADJUSTMENT = Text("Desajuste", "Desajuste", "Out of adjustment")
MISALIGNMENT = Text("Desalineación", "Desalinhamento", "Misalignment")
IMBALANCE = Text("Desbalanceo", "Desbalanceamento", "Imbalance")
OUT_OF_CALIBRATION = Text("Descalibración", "Descalibração", "Out of calibration")
WEAR = Text("Desgaste normal", "Desgaste normal", "Normal wear")
BLOCKED_DRAIN = Text("Drenaje obstruido", "Dreno obstruído", "Blocked drain")
NO_LUBRICATION = Text("Falta de lubricación", "Falta de lubrificação", "Lack of lubrication")
REFRIGERANT_LEAK = Text("Fuga de refrigerante", "Vazamento de refrigerante", "Refrigerant leak")
MOISTURE = Text("Humedad", "Umidade", "Moisture")
FOULING = Text("Incrustación", "Incrustação", "Fouling")
WRONG_OPERATION = Text("Operación inadecuada", "Operação inadequada", "Incorrect operation")
DIRTY_SENSOR = Text("Sensor sucio", "Sensor sujo", "Dirty sensor")
OVERLOAD = Text("Sobrecarga", "Sobrecarga", "Overload")
DIRTY_PHOTOCELL = Text("Suciedad en fotocelda", "Sujeira na fotocélula", "Dirty photocell")
DAMAGED_SEAL = Text("Sello dañado", "Vedação danificada", "Damaged seal")
VIBRATION = Text("Vibración", "Vibração", "Vibration")
CAUSES = (
    FLAT_BATTERY, CAVITATION, DEFECTIVE_PART, CONTAMINATION, CORROSION, OUT_OF_ADJUSTMENT, MISALIGNMENT,
    IMBALANCE, OUT_OF_CALIBRATION, WEAR, BLOCKED_DRAIN, NO_LUBRICATION, REFRIGERANT_LEAK, MOISTURE, FOULING,
    WRONG_OPERATION, DIRTY_SENSOR, OVERLOAD, DIRTY_PHOTOCELL, DAMAGED_SEAL, VIBRATION,
)  # fmt: skip
DETECTION_METHODS = (
    Text("Alarma SCADA", "Alarme SCADA", "SCADA alarm"),
    Text("Análisis de vibraciones", "Análise de vibrações", "Vibration analysis"),
    Text("Inspección visual", "Inspeção visual", "Visual inspection"),
    Text("Operador", "Operador", "Operator"),
    Text("Ruido anormal", "Ruído anormal", "Abnormal noise"),
    Text("Termografía", "Termografia", "Thermography"),
)
