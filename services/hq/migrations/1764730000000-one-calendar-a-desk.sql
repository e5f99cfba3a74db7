-- Every directory keeps one calendar for a desk of a store; headquarters keeps no second one.
create unique index organisation_calendar_of_desk on organisation_calendar (((data->>'storeId')::uuid), (data->>'desk'));
