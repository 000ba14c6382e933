/**
 * What the stand-in is told to say of itself (`EXEC standin.pretend`), where it has no such state: a word is shown by the
 * views and functions that a client would look at, and nothing behaves otherwise.
 */
export const PRETENCE_FUNCTIONS = `
CREATE FUNCTION standin.pretended(what text, otherwise text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT value FROM standin.knob WHERE name = 'pretend.' || lower(what)), otherwise)
$$;

-- The same for databases of users only: those of the system are as they always are.
CREATE FUNCTION standin.pretended_of(database_id int, what text, otherwise text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN database_id > 4 THEN standin.pretended('database.' || what, otherwise) ELSE otherwise END
$$;

CREATE FUNCTION standin.server_property(properties jsonb, name bpchar) RETURNS bpchar LANGUAGE sql STABLE AS $$
  SELECT standin.pretended('property.' || rtrim(tsql.txt(name)), tsql.txt(standin.property(properties, name)))::bpchar
$$;

CREATE FUNCTION standin.database_property_ex(name bpchar, property bpchar) RETURNS bpchar LANGUAGE sql STABLE AS $$
  SELECT standin.pretended_of(d.database_id, rtrim(tsql.txt(property)),
    tsql.txt(standin.database_property(database_property_ex.name, property)))::bpchar
  FROM standin.database d WHERE lower(d.name) = lower(rtrim(tsql.txt(database_property_ex.name)))
$$;

-- A login sees itself; others need ALTER ANY LOGIN, which is told by all_logins. NULL: not seen, or nothing to say.
CREATE FUNCTION standin.login_property(current int, all_logins boolean, name bpchar, property bpchar) RETURNS int
LANGUAGE sql STABLE AS $$
  SELECT CASE lower(rtrim(tsql.txt(property)))
    WHEN 'daysuntilexpiration' THEN standin.pretended('login.' || l.name || '.days', NULL)::int
    WHEN 'islocked' THEN 0 WHEN 'isexpired' THEN 0 WHEN 'ismustchange' THEN 0 END
  FROM standin.login l
  WHERE lower(l.name) = lower(rtrim(tsql.txt(login_property.name))) AND l.type = 'S'
    AND (all_logins OR l.principal_id = current)
$$;
`;
