import fc from "fast-check";
import { expect, test } from "vitest";
import { toPropertyParameters, LONG_TIMEOUT } from "#support/drawn.ts";
import type { WholeClient } from "#support/client/whole-client.ts";
import { resourceOf, type ResourceName } from "../../handover/resources.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import { SCHEME_ITEMS } from "../../model/role-policy.ts";
import type { Field } from "../../model/thing.ts";
import { APPLICABLE_RESOURCES } from "./restores/targets.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { buildMultipartUpload, exportApplicableFiles } from "#support/tenant/restoring.ts";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";

type Line = Readonly<Record<string, unknown>>;

/** How a command sets fields of a record to what a line of a bundle has. */
interface Door {
  /** the fields that no command sets: identity, times, and marks that other commands set */
  readonly besides: readonly string[];
  readonly edit: (client: WholeClient, line: Line, change: Line) => Promise<unknown>;
}

const RECORD = ["id", "createdAt", "updatedAt"];
const DRY = { dryRun: true } as const;

const idOf = (line: Line): string => String(line["id"]);

const DOORS: Readonly<Partial<Record<ResourceName, Door>>> = {
  tenant: {
    besides: ["id"],
    edit: ({ tenant }, _, change) => tenant.set({ ...change, ...DRY }),
  },
  "account-settings": {
    besides: ["id"],
    edit: ({ accounts }, _, change) => accounts.setSettings({ ...change, ...DRY }),
  },
  "custom-fields": {
    besides: RECORD,
    // no command renames one
    edit: async ({ users }, _, { name }) => {
      const { id } = await users.addField({ name: String(name) });
      await users.removeField(id, {});
    },
  },
  orgs: {
    besides: RECORD,
    edit: async ({ orgs }, line, { parentId, ...change }) => {
      if (Object.keys(change).length > 0) await orgs.edit(idOf(line), { ...change, ...DRY });
      if (parentId !== undefined) await orgs.move(idOf(line), { parent: parentId as string, ...DRY });
    },
  },
  schemes: {
    besides: RECORD,
    edit: ({ roles }, line, change) => roles.editScheme(idOf(line), { ...change, ...DRY }),
  },
  users: {
    besides: [...RECORD, "administrator"],
    edit: async ({ users }, line, { custom, orgId, ...change }) => {
      const values = (custom as readonly { readonly value: string }[] | undefined)?.map(({ value }) => ({
        name: "座席",
        value,
      }));
      await users.edit(idOf(line), { ...change, ...(values && { custom: values }), ...DRY });
      if (orgId !== undefined) await users.move({ ids: [idOf(line)], org: orgId as string, ...DRY });
    },
  },
  accounts: {
    besides: RECORD,
    edit: ({ accounts }, line, { schemeId, managedOrgIds, ...change }) =>
      accounts.edit(idOf(line), {
        ...change,
        ...(typeof schemeId === "string" && { scheme: schemeId }),
        ...(managedOrgIds !== undefined && { managedOrgs: managedOrgIds as string[] }),
        ...DRY,
      }),
  },
  "secured-groups": {
    besides: [...RECORD, "app"],
    edit: ({ secured }, line, change) => secured.editGroup({ app: "docs", id: idOf(line) }, { ...change, ...DRY }),
  },
  "secured-users": {
    besides: [...RECORD, "app", "userId", "administrator"],
    edit: ({ secured }, line, change) =>
      secured.edit(
        { app: line["app"] as "docs", id: idOf(line) },
        {
          ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== null)),
          ...DRY,
        },
      ),
  },
  devices: {
    besides: RECORD,
    edit: async ({ devices }, line, { ownerId, ownerOrgId, tags, ...change }) => {
      const ids = [idOf(line)];
      await devices.edit(idOf(line), { ...change, ...DRY });
      if (tags !== undefined) await devices.tag({ ids, add: tags as string[], ...DRY });
      if (ownerId === undefined && ownerOrgId === undefined) return;
      await devices.setOwner({
        ids,
        owner: (ownerId ?? null) as string | null,
        ownerOrg: (ownerOrgId ?? null) as string | null,
        ...DRY,
      });
    },
  },
  renewals: {
    besides: [...RECORD, "confirmedAt", "confirmedBy"],
    edit: ({ renewals }, line, change) => renewals.edit(idOf(line), change),
  },
  answers: {
    besides: ["id"],
    edit: ({ answers }, line, change) => {
      const { id: _, ...answer } = { ...line, ...change };
      return answers.set({ answers: [answer as { question: string; value: string }], ...DRY });
    },
  },
};

/** A tenant with a record of everything that travels. */
const filled = async (): Promise<TestTenant> => {
  const tenant = new TestTenant();
  const { client } = tenant;
  const east = await client.orgs.create({ name: "東日本", code: "EAST" });
  await client.orgs.create({ name: "西日本", code: "WEST", parentId: east.after.id });
  const user = await client.users.create({ name: "山田", emails: ["yamada@example.jp"], org: east.after.id });
  await client.users.addField({ name: "座席" });
  await client.users.edit(user.after.id, { custom: [{ name: "座席", value: "A1" }] });
  await client.devices.create({ serialNumber: "C02X", platform: "Android", owner: user.after.id });
  await client.devices.create({ serialNumber: "C02Y", platform: "iOS" });
  await addTestAccount(tenant, { name: "kanri", role: "system" });
  await addTestAccount(tenant, { name: "buchou", role: "division", org: "EAST", manages: ["EAST"] });
  await client.roles.createScheme({ name: "受付", operations: ["users.write"] });
  for (const name of ["営業", "総務"]) await client.secured.createGroup("docs", { name });
  await client.secured.create("docs", { userId: "u01", displayName: "山田", password: "secret1A", groups: ["営業"] });
  await client.secured.create("browser", { userId: "u02", displayName: "佐藤", password: "secret1A" });
  for (const name of ["証明書", "トークン"]) await client.renewals.add({ kind: "custom", name });
  await client.answers.set({ answers: [{ question: "contact.since", value: "2026-01-01" }] });
  await client.tenant.set({ domain: "example" });
  await client.accounts.setSettings({ composition: "free-text", authentication: "パスワード" });
  return tenant;
};

const SAMPLES: readonly string[] = [
  "",
  " ",
  "課長 ",
  "課長",
  "課長\n部長",
  "部\u0007長",
  "\u202e山田",
  "a\u200bb",
  "全社",
  "氏名",
  "a=b",
  "#N/A",

  "a@example.jp",
  "yamada@example.jp",
  "<a@x.jp>",
  "Ａ@x.jp",
  "none",
  "C02Y",
  "WEST",
  "営業",
  "TRUE",
  "993",
  "70000",
  "Asia/Tokyo",
  "Nowhere/Land",
  "https://panel.example.jp",
  "https://a:b@panel.example.jp",
  "ftp://x",
  "no such",
  "rules.lost.owner",
  "rules.lost.reviewed",
  "administrators.mfa",
  "android.phone",
  "onboarding.way",
  "yes",
  "はい",
  "2026-01-01",
  "2026/1/1",
  "2999-01-01",
  "03-0000-0000",
  "内線 4001",
  "123",
  "机の上",
  "purchased",
  "a".repeat(100),
  "a".repeat(256),
  "a".repeat(2001),
  "a".repeat(2601),
  "部".repeat(867),
  "題".repeat(10_001),
];

const TEXTS = fc.oneof(
  fc.constantFrom(...SAMPLES),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.string({ maxLength: 8 }),
);

type Ids = ReadonlyMap<ResourceName, readonly string[]>;

/** Values that have the type of a field, whether its rules allow them or not. */
const valuesOf = (resource: ResourceName, name: string, field: Field, ids: Ids): fc.Arbitrary<unknown> => {
  const { [name]: held } = resourceOf(resource).holds;
  const bare = (): fc.Arbitrary<unknown> => {
    if (name === "operations") return fc.subarray([...SCHEME_ITEMS]);
    if (held !== undefined && held.member === undefined) {
      const known = ids.get(held.to) ?? [];
      return held.many === true ? fc.subarray([...known]) : fc.constantFrom(...known);
    }
    switch (field.type) {
      case "text":
        return TEXTS;
      case "texts":
        return fc.array(TEXTS, { maxLength: 3 });
      case "choice":
        return fc.constantFrom(...field.choices);
      case "boolean":
        return fc.boolean();
      case "integer":
        return fc.integer();
      case "instant":
        return fc.constantFrom("2020-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z");
      case "day":
        return fc.constantFrom("2026-01-01", "2026-12-31");
      case "digest":
        return fc.constant("0".repeat(64));
      case "id":
        return fc.constantFrom(...(ids.get("custom-fields") ?? []));
      case "object":
      case "objects": {
        const members = Object.entries<Field>(field.of).map(
          ([member, of]) => [member, valuesOf(resource, member, of, ids)] as const,
        );
        return fc.array(fc.record(Object.fromEntries(members)), { maxLength: 1 });
      }
    }
  };
  return field.nullable === true ? fc.option(bare()) : bare();
};

const linesIn = (content: string | undefined): readonly Line[] =>
  (content ?? "")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

/** Imports, and so bundles, bring names that read like the code or the path of another: by hand nobody makes one. */
const AS_IMPORTED =
  /the two could not be distinguished|this name contains "\/" and looks like the path of another organisation: /;

const fileOf = (resource: ResourceName): string => `resources/${resource}.ndjson`;

test(
  "every field value that handover apply accepts is also accepted by the command that edits the record",
  LONG_TIMEOUT,
  async () => {
    await using tenant = await filled();
    const { client } = tenant;
    const files = await exportApplicableFiles(client);
    // no command edits what the console has
    const edited = APPLICABLE_RESOURCES.filter((name) => name !== "observed");
    const ids = new Map(edited.map((name) => [name, linesIn(files.get(fileOf(name))).map(idOf)] as const));
    const change = fc.constantFrom(...edited).chain((resource) => {
      const { besides = [] } = DOORS[resource] ?? {};
      const fields = Object.entries<Field>(resourceOf(resource).fields).filter(([name]) => !besides.includes(name));
      const lines = linesIn(files.get(fileOf(resource))).filter((line) => line["id"] !== ROOT_ORG_ID);
      return fc.record({
        resource: fc.constant(resource),
        line: fc.constantFrom(...lines),
        change: fc
          .subarray(fields, { minLength: 1, maxLength: Math.min(2, fields.length) })
          .chain((some) =>
            fc.record(Object.fromEntries(some.map(([name, of]) => [name, valuesOf(resource, name, of, ids)]))),
          ),
      });
    });
    expect(Object.keys(DOORS).toSorted()).toEqual(edited.toSorted());
    const accepted = new Set<ResourceName>();
    const others: unknown[] = [];
    await fc.assert(
      fc.asyncProperty(change, async ({ resource, line, change: changed }) => {
        const lines = linesIn(files.get(fileOf(resource))).map((one) =>
          one["id"] === line["id"] ? { ...one, ...changed } : one,
        );
        const sent = new Map([
          ...files,
          [fileOf(resource), lines.map((one) => `${JSON.stringify(one)}\n`).join("")] as const,
        ]);
        let refusals: readonly unknown[] = [];
        const failure = await failureOf(
          client.restores.plan(buildMultipartUpload(sent)).then((plan) => {
            ({ refusals } = plan);
          }),
        );
        if (failure !== undefined || refusals.length > 0) return;
        const different = Object.entries(changed).filter(
          ([name, value]) => JSON.stringify(value) !== JSON.stringify(line[name]),
        );
        if (different.length === 0) return;
        accepted.add(resource);
        const edited = Promise.resolve(DOORS[resource]?.edit(client, line, Object.fromEntries(different)));
        const refused = await failureOf(edited);
        if (refused !== undefined && !AS_IMPORTED.test(refused.what.en))
          others.push([resource, Object.fromEntries(different), refused.what.en]);
      }),
      toPropertyParameters(288, 32),
    );
    expect(others).toEqual([]);
    // a property of nothing would hold, too
    expect(accepted.size).toBeGreaterThan(APPLICABLE_RESOURCES.length / 2);
  },
);

test("two contracts with the same name are rejected, because no command creates them", async () => {
  await using tenant = new TestTenant();
  const { client } = tenant;
  await client.tenant.set({ contracts: [{ name: "CLOMO MDM", licences: 100 }] });
  await client.tenant.set({ contracts: [{ name: "CLOMO MDM", licences: 200 }] });
  const files = await exportApplicableFiles(client);
  const [line] = linesIn(files.get(fileOf("tenant")));
  const [contract] = (line?.["contracts"] ?? []) as readonly Line[];
  expect(line?.["contracts"]).toHaveLength(1);
  const refusalsOf = async (names: readonly string[]) => {
    const contracts = names.map((name) => ({ ...contract, name }));
    const sent = new Map([...files, [fileOf("tenant"), `${JSON.stringify({ ...line, contracts })}\n`] as const]);
    return (await client.restores.plan(buildMultipartUpload(sent))).refusals.map(({ detail }) => detail);
  };
  expect(await refusalsOf(["A", "B"])).toEqual([]);
  expect(await refusalsOf(["A", "B", "A"])).toEqual([
    {
      en: 'contracts: two contracts are named "A"',
      ja: "contracts: 「A」という名前の契約が 2 つ以上あります",
    },
  ]);
});

/** The texts of a renewal that `edit` sets; of two with one topic or name one is refused. */
const RENEWAL_TEXTS = ["organisation", "owner", "account", "phone", "phoneHolder", "notes", "source"] as const;

test.each(RENEWAL_TEXTS)("apply accepts the %s of a renewal exactly if an edit keeps it as it is", async (field) => {
  await using tenant = new TestTenant();
  const { client } = tenant;
  const texts = new Map<string, string>();
  for (const [at, value] of SAMPLES.entries()) {
    const { id } = await client.renewals.add({ kind: "custom", name: `証明書 ${at}` });
    texts.set(id, value);
  }
  const files = await exportApplicableFiles(client);
  const lines = linesIn(files.get(fileOf("renewals")))
    .map((line) => `${JSON.stringify({ ...line, [field]: texts.get(idOf(line)) })}\n`)
    .join("");
  const { refusals } = await client.restores.plan(
    buildMultipartUpload(new Map([...files, [fileOf("renewals"), lines]])),
  );
  const refused = new Set(refusals.map(({ id }) => id));
  for (const [id, value] of texts) {
    const kept = await client.renewals.edit(id, { [field]: value }).then(
      (item) => item[field] === value,
      () => false,
    );
    expect([value, refused.has(id)]).toEqual([value, !kept]);
  }
  const wrong = ["", " ", ...(field === "phone" ? ["123", "机の上"] : [])];
  expect([...texts].filter(([id]) => refused.has(id)).map(([, value]) => value)).toEqual(expect.arrayContaining(wrong));
});

test("a new renewal follows the same rule, and a blank is stored as null", async () => {
  await using tenant = new TestTenant();
  const { renewals } = tenant.client;
  const failure = await failureOf(renewals.add({ kind: "custom", name: "証明書", phone: "机の上" }));
  expect(failure?.what.en).toContain('"机の上" is not a telephone number');
  expect(await renewals.add({ kind: "custom", name: "証明書", owner: "", phone: " " })).toMatchObject({
    owner: null,
    phone: null,
  });
});
