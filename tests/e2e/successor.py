"""Rights are checked, and another role carries on as the controller: all that is there belongs to the one before, until
somebody makes the new one a member of it, or gives it what Cutover names."""
import re

ROLE, BEFORE = "svc", "materialize"
RIGHTS = ("CREATECLUSTER ON SYSTEM", "CREATE, USAGE ON DATABASE materialize", "CREATE, USAGE ON DATABASE other", "USAGE ON CLUSTER quickstart",
          "SELECT ON public.orders", "USAGE ON CONNECTION public.broker")
ON_THE_RECORD = ("USAGE ON SCHEMA cutover", "SELECT, INSERT ON cutover.log")
CONTAINERS = ("SELECT 'SCHEMA', d.name || '.' || s.name FROM mz_schemas s JOIN mz_databases d ON d.id = s.database_id JOIN mz_roles r ON r.id = s.owner_id "
              "WHERE r.name = '{0}' AND s.name <> 'public' UNION ALL "
              "SELECT 'CLUSTER', c.name FROM mz_clusters c JOIN mz_roles r ON r.id = c.owner_id WHERE r.name = '{0}' AND c.id LIKE 'u%'").format(BEFORE)
TOLD = re.compile(r'(GRANT "\w+" TO "\w+"|ALTER [A-Z ]+ "\S+ OWNER TO "\w+")')


def as_the_server(lab, statement):
    lab.sql(statement, user="mz_system")


def take_over(lab):
    for right in RIGHTS + ON_THE_RECORD:
        as_the_server(lab, "GRANT %s TO %s" % (right, ROLE))
    as_the_server(lab, "ALTER SYSTEM SET enable_rbac_checks = true")
    lab.standin.url = lambda: "postgres://%s@127.0.0.1:%d/materialize" % (ROLE, lab.standin.port)


def give_all(lab):
    """The statements that give the new role whatever was the first one's, but not what lies in public."""
    objects = [(o["type"].replace("-", " ").upper(), "%s.%s.%s" % (o["database"], o["schema"], o["name"])) for o in lab.catalog()
               if o["owner"] == BEFORE and o["schema"] != "public" and o["type"] != "index"]
    return ["ALTER %s %s OWNER TO %s" % (kind, name, ROLE) for kind, name in objects + lab.ask(CONTAINERS)]


def give_back(lab):
    """Everything is the first role's again."""
    del lab.standin.url
    for right in RIGHTS:
        as_the_server(lab, "REVOKE %s FROM %s" % (right, ROLE))
    for statement in ("ALTER SYSTEM SET enable_rbac_checks = false", "REASSIGN OWNED BY %s TO %s" % (ROLE, BEFORE), "DROP OWNED BY " + ROLE,
                      "REVOKE %s FROM %s" % (BEFORE, ROLE)):
        as_the_server(lab, statement)


def told(plan):
    """The statements that Cutover says would give the new role what it needs."""
    return [statement for d in plan["diagnostics"] for statement in TOLD.findall(d.get("hint") or "")]
