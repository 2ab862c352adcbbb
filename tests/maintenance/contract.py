"""The rows of the contract: every key, in the vendor's spelling."""

from __future__ import annotations


def keys(words: str) -> set[str]:
    return set(words.split())


ITEM = keys(
    """
    id id_company code description id_type_item items_types_description active available field_1
    field_2 field_3 field_4 field_5 field_6 barcode notes weight is_serial_control
    groups_description groups_1_description groups_2_description custom_fields_groups_description
    units_description priorities_description parent_description location_code id_parent
    id_group_task initial_date_out_of_service last_final_date_available warehouses
    """
)
AVAILABILITY = keys(
    """
    id id_company id_item code description creation_date initial_date final_date out_of_service_sec
    """
)
METER = keys(
    """
    id active description serial is_counter counter_offset_value counter_value last_data
    monthly_average_data monthly_average_auto units_description units_code items_description
    parent_description min_value max_value code code_parent_location
    """
)
DIAL = {"date", "value", "accumulated_value"}
READING = keys(
    """
    id_meter date_reading date data units_description units_code trigger_run source
    """
)
WORK_ORDER = keys(
    """
    id_work_order id_work_orders_tasks wo_folio id_status_work_order
    work_orders_status_custom_description creation_date initial_date final_date wo_final_date
    review_date date_maintenance cal_date_maintenance first_date_task event_date duration
    tasks_duration real_duration completed_percentage created_by code_create_by
    personnel_description code_responsible id_personnel id_contact id_personnel_log id_contacts_log
    user_assigned requested_by id_request validated_by_description code id_item
    items_log_description items_log_types_description parent_description groups_description
    groups_1_description groups_2_description costs_center_description description note task_note
    tasks_log_task_type_main tasks_log_types_description tasks_log_types_2_description id_priorities
    priorities_description trigger_description id_group_task stop_assets stop_assets_sec
    real_stop_assets_sec out_of_service_sec caused_disruption caused_damage time_disruption
    id_items_availability id_failure_type types_description id_failure_cause causes_description
    id_failure_detection_method detection_method_description id_failure_severity
    severiry_description id_damage_type damages_types_description resources_hours
    resources_inventory resources_human_resources resources_services total_cost_task enable_budget
    rating id_parent_wo has_children id_parent labels annotations dependencies is_offline done
    task_status id_status_work_order_task signature details_signature responsible_path_signature
    validator_path_signature personnel_path_image id_company
    """
)
WORK_REQUEST = keys(
    """
    id id_code id_company date date_incident date_solution date_status date_maintenance is_urgent
    description observation rating rating_notes types_description types_1_description
    types_2_description id_type items_description code_item id_item parent_description id_status
    requests_x_status_description requests_x_status_notes requests_x_status_accounts_name
    accounts_name accounts_email id_account requests_x_key_words_descriptions wo_folio requested_by
    email_requested_by identifier priorities_description
    """
)
PERSONNEL = keys(
    """
    name full_name first_name last_name code email active creation_date address city state zip_code
    country latitude longitud telephone telephone_1 telephone_2 sms asset_location_description
    description_work_shifts hourly_rates_description groups_1_description groups_2_description
    custom_fields_groups_description only_request account_active account_email
    groups_permissions_description
    """
)
