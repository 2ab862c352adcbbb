"""The documents of assets, people and third parties by when they expire, in plain SQL."""

from __future__ import annotations

DOCUMENTS = """
SELECT * FROM (
    SELECT paper.id, paper.name, paper.description, paper."group", version, valid_from,
           valid_through AS valid_until, coalesce(valid_through >= day_of(:now), 1) AS still_valid,
           is_warranty AS warranty, author, iso_code,
           CASE WHEN item_id IS NOT NULL THEN 'asset' WHEN person_id IS NOT NULL THEN 'person'
                ELSE 'third_party' END AS owner,
           coalesce(asset.code, person.code, party.code) AS owner_code,
           coalesce(asset.description, nullif(trim(person.first_name || ' ' || person.last_name), ''),
                    party.name) AS owner_name,
           julianday(valid_through) - julianday(day_of(:now)) AS days_left
      FROM Document AS paper
      LEFT JOIN Item AS asset ON asset.id = paper.item_id
      LEFT JOIN Personnel AS person ON person.id = paper.person_id
      LEFT JOIN ThirdParty AS party ON party.id = paper.third_party_id
)
 WHERE (:owner IS NULL OR owner = :owner)
   AND (:code IS NULL OR owner_code = :code)
   AND (:expires_within IS NULL OR days_left <= :expires_within)
   AND (:expired IS NULL OR coalesce(days_left < 0, 0) = :expired)
   AND (:warranty IS NULL OR warranty = :warranty)
 ORDER BY valid_until IS NULL, valid_until, owner, owner_code, id
"""
