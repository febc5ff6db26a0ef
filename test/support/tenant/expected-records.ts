import { MOMENTARY_QUESTION_PREFIX } from "../../../src/lib/model/answer.ts";
import { resourceOf, RESOURCE_NAMES, type ResourceName } from "../../../src/lib/handover/resources.ts";
import type { Field } from "../../../src/lib/model/thing.ts";
import type { Row } from "../../../src/lib/tenant/store/sqlite/database.ts";
import type { TestTenant } from "./tenant.ts";

/** A record in the form in which an export contains it. */
type ExportedRecord = Readonly<Record<string, unknown>> & { readonly id: string; readonly updatedAt?: string };

const parseList = (json: unknown): readonly unknown[] =>
  JSON.parse(typeof json === "string" ? json : "[]") as readonly unknown[];

type Rows = readonly Readonly<Record<string, unknown>>[];

/** Builds the expected content of an export from a tenant's tables, row by row. */
class ExpectedTables {
  readonly #tenant: TestTenant;

  constructor(tenant: TestTenant) {
    this.#tenant = tenant;
  }

  #all(table: string): readonly Row[] {
    return this.#tenant.sql(`select * from "${table}"`);
  }

  #idOf(table: string, pk: unknown): Row[string] {
    return this.#all(table).find((row) => row["pk"] === pk)?.["id"] ?? null;
  }

  #orgIds(json: unknown): readonly string[] {
    return parseList(json)
      .flatMap((pk) => (this.#idOf("org", pk) as string | null) ?? [])
      .toSorted();
  }

  #one(table: string, name: ResourceName): Rows {
    return this.#all(table).map((row) => ({ ...row, id: name }));
  }

  #accounts(): readonly Row[] {
    return this.#all("account").map((account) => ({
      ...account,
      id: this.#idOf("user", account["user"]),
      schemeId: this.#idOf("scheme", account["scheme"]),
      managesAll: account["role"] === "custom" && account["managedOrgs"] === null ? 1 : 0,
      managedOrgIds: JSON.stringify(this.#orgIds(account["managedOrgs"])),
    }));
  }

  #users(): Rows {
    return this.#all("user").map((user) => ({
      ...user,
      orgId: this.#idOf("org", user["org"]),
      custom: Object.entries(JSON.parse(String(user["custom"])) as Record<string, string>)
        .map(([field, value]) => ({ fieldId: String(this.#idOf("custom_field", Number(field))), value }))
        .toSorted((one, other) => (one.fieldId < other.fieldId ? -1 : 1)),
    }));
  }

  #administrators(): Rows {
    return this.#all("user").flatMap((user) => {
      const account = this.#accounts().find(({ id }) => id === user["id"]);
      const { role = "none", scheme = null } = account ?? {};
      if (role === "none" && user["administrator"] === 0) return [];
      return {
        ...(account ?? { managesAll: 0, managedOrgIds: [], supportOption: 0, noticeMail: 0 }),
        id: user["id"],
        name: user["accountName"],
        user: user["name"],
        emails: user["emails"],
        orgId: this.#idOf("org", user["org"]),
        role,
        marked: role === "none" ? 1 : 0,
        scheme: this.#all("scheme").find(({ pk }) => pk === scheme)?.["name"] ?? null,
      };
    });
  }

  #devices(): Rows {
    return this.#all("device").map((device) => ({
      ...device,
      ownerId: this.#idOf("user", device["owner"]),
      ownerOrgId: this.#idOf("org", device["ownerOrg"]),
    }));
  }

  /**
   * Returns the expected tasks for custom fields and users, all opened by change 1: created custom fields, then users,
   * then deletions.
   */
  #tasks(): Rows {
    const [change] = this.#all("audit");
    const [fields, users] = [this.#all("custom_field"), this.#all("user")];
    const ofFields = this.#all("custom_field_observed").map((observed) => {
      const field = fields.find(({ pk }) => pk === observed["pk"]);
      const { id, name } = field ?? observed;
      const changes = field === undefined ? [] : [{ field: "name", before: null, after: name }];
      return { work: field === undefined ? "delete" : "create", thing: "custom_field", object: id, name, changes };
    });
    const ofUsers = this.#all("user_observed").map((observed) => {
      const user = users.find(({ pk }) => pk === observed["pk"]) ?? {};
      const changes = ["emails", "title"].flatMap((field) => {
        const [before, after] = [observed, user].map(({ [field]: value = null }) =>
          field === "emails" ? parseList(value).join(", ") : value,
        );
        return before === after ? [] : [{ field, before, after }];
      });
      const [setBefore, setAt] = [observed, user].map(({ accountPasswordSetAt = null }) => accountPasswordSetAt);
      const isSet = setAt !== null && setAt !== setBefore;
      const secret = { field: "accountPassword", before: null, after: null };
      return {
        work: "edit",
        thing: "user",
        object: user["id"],
        name: user["name"],
        changes: isSet ? [...changes, secret] : changes,
      };
    });
    const [deleted, made] = [true, false].map((isGone) =>
      ofFields.filter(({ work }) => (work === "delete") === isGone),
    );
    return [...(made ?? []), ...ofUsers, ...(deleted ?? [])].map((record, place) => ({
      ...record,
      id: `000000000001-${String(place).padStart(6, "0")}`,
      kind: "users",
      state: "open",
      openedAt: change?.["at"],
      openedBy: change?.["actor"],
    }));
  }

  /** Returns the rows of each resource, including members that are derived because no column has the same name. */
  rows(): Readonly<Record<ResourceName, Rows>> {
    return {
      tenant: this.#one("tenant_profile", "tenant"),
      "account-settings": this.#one("account_settings", "account-settings"),
      "custom-fields": this.#all("custom_field"),
      orgs: this.#all("org").map((org) => ({ ...org, parentId: this.#idOf("org", org["parent"]) })),
      schemes: this.#all("scheme"),
      users: this.#users(),
      accounts: this.#accounts(),
      administrators: this.#administrators(),
      "secured-groups": this.#all("secured_group"),
      "secured-users": this.#all("secured_user"),
      devices: this.#devices(),
      "ade-server": this.#one("ade_server", "ade-server"),
      "ade-devices": this.#all("ade_device").map((device) => ({ ...device, id: device["serialNumber"] })),
      renewals: this.#all("renewal_item"),
      answers: this.#all("answer").filter(({ question }) => !String(question).startsWith(MOMENTARY_QUESTION_PREFIX)),
      "console-tasks": this.#tasks(),
    };
  }
}

const toExportedValue = ({ type }: Field, value: unknown): unknown => {
  if (value === null || value === undefined) return null;
  if (type === "boolean") return value === 1 || value === true;
  return (type === "texts" || type === "objects") && typeof value === "string" ? parseList(value) : value;
};

/** Returns the records of each resource as the tables contain them, sorted by the bytes of their ids. */
export const buildExpectedRecords = (tenant: TestTenant): ReadonlyMap<ResourceName, readonly ExportedRecord[]> => {
  const rows = new ExpectedTables(tenant).rows();
  return new Map(
    RESOURCE_NAMES.map((name) => {
      const fields = Object.entries<Field>(resourceOf(name).fields);
      const records = rows[name].map((row) =>
        Object.fromEntries(fields.map(([member, field]) => [member, toExportedValue(field, row[member])])),
      );
      const sorted = (records as unknown as readonly ExportedRecord[]).toSorted((one, other) =>
        Buffer.compare(Buffer.from(one.id), Buffer.from(other.id)),
      );
      return [name, sorted] as const;
    }),
  );
};
