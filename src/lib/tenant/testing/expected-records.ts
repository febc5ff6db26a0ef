import { resourceOf, RESOURCE_NAMES, type ResourceName } from "../../handover/resources.ts";
import type { Field } from "../../model/thing.ts";
import type { Row } from "../store/sqlite/database.ts";
import type { TestTenant } from "./tenant.ts";

/** A record as an export has it. */
type Exported = Readonly<Record<string, unknown>> & { readonly id: string; readonly updatedAt?: string };

const listOf = (json: unknown): readonly unknown[] =>
  JSON.parse(typeof json === "string" ? json : "[]") as readonly unknown[];

/** What the tables of a tenant say, read row by row: what an export is held to. */
class Tables {
  readonly #tenant: TestTenant;

  constructor(tenant: TestTenant) {
    this.#tenant = tenant;
  }

  #all(table: string): readonly Row[] {
    return this.#tenant.sql(`select * from "${table}"`);
  }

  #idOf(table: string, pk: unknown): unknown {
    return this.#all(table).find((row) => row["pk"] === pk)?.["id"] ?? null;
  }

  #orgIds(json: unknown): readonly string[] {
    return listOf(json)
      .flatMap((pk) => (this.#idOf("org", pk) as string | null) ?? [])
      .toSorted();
  }

  /** The rows of a resource, with what no column of their name has. */
  rows(name: ResourceName): readonly Readonly<Record<string, unknown>>[] {
    const one = (table: string) => this.#all(table).map((row) => ({ ...row, id: name }));
    const accounts = this.#all("account").map((account) => ({
      ...account,
      id: this.#idOf("user", account["user"]),
      schemeId: this.#idOf("scheme", account["scheme"]),
      managesAll: account["role"] === "custom" && account["managedOrgs"] === null ? 1 : 0,
      managedOrgIds: this.#orgIds(account["managedOrgs"]),
    }));
    switch (name) {
      case "tenant":
        return one("tenant_profile");
      case "account-settings":
        return one("account_settings");
      case "custom-fields":
        return this.#all("custom_field");
      case "orgs":
        return this.#all("org").map((org) => ({ ...org, parentId: this.#idOf("org", org["parent"]) }));
      case "schemes":
        return this.#all("scheme");
      case "users":
        return this.#all("user").map((user) => ({
          ...user,
          orgId: this.#idOf("org", user["org"]),
          custom: Object.entries(JSON.parse(String(user["custom"])) as Record<string, string>)
            .map(([field, value]) => ({ fieldId: String(this.#idOf("custom_field", Number(field))), value }))
            .toSorted((one, other) => (one.fieldId < other.fieldId ? -1 : 1)),
        }));
      case "accounts":
        return accounts;
      case "administrators":
        return this.#all("user").flatMap((user) => {
          const account = accounts.find(({ id }) => id === user["id"]) as (typeof accounts)[number] & Row;
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
      case "secured-groups":
        return this.#all("secured_group");
      case "secured-users":
        return this.#all("secured_user");
      case "devices":
        return this.#all("device").map((device) => ({
          ...device,
          ownerId: this.#idOf("user", device["owner"]),
          ownerOrgId: this.#idOf("org", device["ownerOrg"]),
        }));
      case "ade-server":
        return one("ade_server");
      case "ade-profiles":
        return this.#all("ade_profile").map(({ settings, ...profile }) => {
          const server = this.#all("ade_server")[0]?.["serverUuid"] ?? null;
          const isOther = server !== null && profile["serverUuid"] !== null && profile["serverUuid"] !== server;
          const automatic = this.#all("ade_automatic").filter((each) => each["profile"] === profile["pk"]);
          return {
            ...(JSON.parse(String(settings)) as object),
            ...profile,
            state: isOther ? "other-server" : profile["state"],
            automaticOrgIds: this.#orgIds(JSON.stringify(automatic.map(({ org }) => org))),
          };
        });
      case "ade-devices":
        return this.#all("ade_device").map((device) => ({ ...device, id: device["serialNumber"] }));
      case "push-certificate":
        return one("push_certificate");
      case "vpp-tokens":
        return this.#all("vpp_token").map((token) => ({ ...token, id: this.#idOf("org", token["org"]) }));
      case "renewals":
        return this.#all("renewal_item");
      case "answers":
        return this.#all("answer");
      case "console-tasks":
        return this.#all("console_task").map((task) => ({ ...task, id: String(task["pk"]).padStart(12, "0") }));
      case "audit":
        return this.#all("audit").map((record) => ({ ...record, id: String(record["seq"]).padStart(12, "0") }));
      default:
        return name satisfies never;
    }
  }
}

const shown = ({ type }: Field, value: unknown): unknown => {
  if (value === null || value === undefined) return null;
  if (type === "boolean") return value === 1 || value === true;
  return (type === "texts" || type === "objects") && typeof value === "string" ? listOf(value) : value;
};

/** The records of each resource as the tables say it, in the order of the bytes of their ids. */
export const expectedRecords = (tenant: TestTenant): ReadonlyMap<ResourceName, readonly Exported[]> => {
  const tables = new Tables(tenant);
  return new Map(
    RESOURCE_NAMES.map((name) => {
      const fields = Object.entries<Field>(resourceOf(name).fields);
      const records = tables
        .rows(name)
        .map((row) => Object.fromEntries(fields.map(([member, field]) => [member, shown(field, row[member])])));
      const sorted = (records as unknown as readonly Exported[]).toSorted((one, other) =>
        Buffer.compare(Buffer.from(one.id), Buffer.from(other.id)),
      );
      return [name, sorted] as const;
    }),
  );
};
