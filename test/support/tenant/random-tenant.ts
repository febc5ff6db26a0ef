import { ACCOUNT, ACCOUNT_SETTINGS, ROLES } from "../../../src/lib/nouns/account.ts";
import { ADE_DEVICE, BUSINESS_FIELDS } from "../../../src/lib/nouns/ade-device.ts";
import { ANSWER } from "../../../src/lib/nouns/answer.ts";
import { ANDROID, DEVICE, PLATFORMS } from "../../../src/lib/nouns/device.ts";
import { emailKey, nameKey } from "../../../src/lib/model/normalise.ts";
import { ORG } from "../../../src/lib/nouns/organisation.ts";
import { SCHEME } from "../../../src/lib/nouns/scheme.ts";
import { SECURED_APPS, SECURED_GROUP, SECURED_USER } from "../../../src/lib/nouns/secured-user.ts";
import { TENANT } from "../../../src/lib/nouns/tenant.ts";
import { listStoredColumns, type Field, type RecordType } from "../../../src/lib/model/thing.ts";
import { RECORD_TYPES } from "../../../src/lib/nouns/index.ts";
import { USER } from "../../../src/lib/nouns/user.ts";
import { computeChecksum } from "../../../src/lib/tenant/ledger/version-checksum.ts";
import { sha256 } from "../../../src/lib/tenant/store/ids.ts";
import {
  ALL_COLUMNS_MASK,
  getColumnBit,
  getDerivedColumns,
  getVersionSchema,
} from "../../../src/lib/tenant/ledger/versions.ts";
import { collectionOf, type TestTenant } from "./tenant.ts";

/** The value of every secret in a random tenant. The passwords were set at {@link SECRET_AT}. */
export const SECRET_CANARY = "s3cr3t-canary";
const SECRET_AT = "2001-02-03T04:05:06.789Z";

/** Texts with characters that JSON, CSV, HTML or terminals must escape, or that Shift_JIS cannot encode. */
const TEXTS = [
  "山田 花子",
  "髙橋 﨑",
  '"quoted", and a comma',
  String.raw`back\slash "\u0041"`,
  "two\nlines\r\nor three",
  "<script>alert(1)</script>",
  "&amp; ' `",
  "=1+1",
  "\u202eright to left\u202c",
  "😀 👩‍👩‍👧",
  "〜 − ∥ ¥",
  "tab\tand tab",
  "\u2028\u2029",
  "x".repeat(90),
];

const TEXTS_BY_RULE: ReadonlyMap<string | undefined, readonly string[]> = new Map([
  ["mail-address", ["a@example.co.jp", "Ｂ@Example.co.jp"]],
  ["sendable-address", ["a@example.co.jp", "b@example.co.jp"]],
  ["boolean", ["TRUE", "FALSE"]],
  ["port", ["1", "993"]],
]);

class RandomSource {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Draws an integer from 0 to `most` - 1. */
  below(most: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % most;
  }

  oneOf<T>(all: readonly T[]): T {
    return all[this.below(all.length)] as T;
  }

  some<T>(all: readonly T[], most = 3): readonly T[] {
    const length = all.length === 0 ? 0 : this.below(most + 1);
    return [...new Set(Array.from({ length }, () => this.oneOf(all)))];
  }

  is(): boolean {
    return this.below(2) === 0;
  }

  bit(): number {
    return this.below(2);
  }

  orNull<T>(value: T): T | null {
    return this.below(3) === 0 ? null : value;
  }

  text(): string {
    return this.oneOf(TEXTS);
  }

  /** Draws a valid text for a field, because a tenant contains no invalid texts. */
  textOf(field: Field): string {
    const rule = "rule" in field ? field.rule : undefined;
    if (rule?.kind === "choice") return this.oneOf(rule.choices);
    return this.oneOf(TEXTS_BY_RULE.get(rule?.kind) ?? TEXTS);
  }

  value(field: Field): RandomValue {
    const drawn = this.#filled(field);
    return field.nullable === true || field.within !== undefined ? this.orNull(drawn) : drawn;
  }

  #filled(field: Field): RandomValue {
    switch (field.type) {
      case "texts": {
        const { rule } = field;
        return [...this.some(rule?.kind === "choice" ? rule.choices : TEXTS.map((one) => one.replaceAll(/\s/g, " ")))];
      }
      case "choice":
        return this.oneOf(field.choices);
      case "boolean":
        return this.bit();
      case "instant":
        return this.instant();
      case "digest":
        return this.digest();
      case "text":
        return this.textOf(field);
      case "day":
        return this.instant().slice(0, "2026-04-01".length);
      case "integer":
        return this.below(1000);
      case "id":
      case "object":
      case "objects":
        throw new TypeError(`the value of a field of the type ${field.type} must be given`);
    }
  }

  #hex(digits: number): string {
    return Array.from({ length: digits }, () => this.below(16).toString(16)).join("");
  }

  id(): string {
    return `01${this.#hex(6)}-${this.#hex(4)}-7${this.#hex(3)}-8${this.#hex(3)}-${this.#hex(12)}`;
  }

  digest(): string {
    return this.#hex(64);
  }

  instant(): string {
    return new Date(Date.UTC(2020, 0, 1) + this.below(200_000_000) * 1000 + this.below(1000)).toISOString();
  }
}

type RandomValue = string | number | readonly unknown[] | null;

type Values = Readonly<Record<string, string | number | null>>;

/** The record types that {@link TenantFiller} fills with methods of their own. */
const FILLED_THINGS =
  "org user custom_field device secured_user secured_group scheme account account_settings tenant_profile answer".split(
    " ",
  );

/** Fills a new tenant with some data of every kind. The number of rows depends on the size. */
class TenantFiller {
  readonly #tenant: TestTenant;
  readonly #draw: RandomSource;
  readonly #size: number;
  #revision = 1;

  constructor(tenant: TestTenant, draw: RandomSource, size: number) {
    this.#tenant = tenant;
    this.#draw = draw;
    this.#size = size;
  }

  #insert(table: string, values: Values): void {
    const names = Object.keys(values);
    const places = names.map((name) => `:${name}`).join(", ");
    const columns = names.map((name) => `"${name}"`).join(", ");
    this.#tenant.database.run(`insert into "${table}" (${columns}) values (${places})`, values);
  }

  #record(pk: number): Values {
    const at = { createdAt: this.#draw.instant(), updatedAt: this.#draw.instant() };
    return { pk, id: this.#draw.id(), ...at, revision: this.#revision };
  }

  #fields(thing: RecordType, own: Readonly<Record<string, RandomValue>> = {}): Values {
    const columns = listStoredColumns(thing).flatMap(([column, field]) => {
      const { [column]: value = this.#draw.value(field) } = own;
      const keys = RECORD_TYPES.has(thing.name) ? getDerivedColumns(thing, column) : [];
      return [
        [column, Array.isArray(value) ? JSON.stringify(value) : value],
        ...keys.map(({ column: key, of }) => [key, value === null ? null : of(value as string | readonly string[])]),
      ];
    });
    return Object.fromEntries(columns) as Values;
  }

  #last(collection: string, last: number): void {
    this.#tenant.database.run(
      `insert into collection (name, revision, last) values (:collection, 1, :last)
       on conflict (name) do update set revision = 1, last = excluded.last`,
      { collection, last },
    );
  }

  /** Returns a random number of consecutive numbers that start at `from`. */
  #numbers(most: number, from = 1): readonly number[] {
    return Array.from({ length: this.#draw.below(most + 1) }, (_, at) => at + from);
  }

  fill(): void {
    this.#tenant.database.change(() => {
      this.#settings();
      const orgs = this.#orgs();
      const fields = this.#customFields();
      const schemes = this.#schemes();
      const users = this.#users(orgs, fields);
      this.#accounts(users, orgs, schemes);
      this.#secured();
      this.#devices(users, orgs);
      this.#apple();
      this.#ade();
      this.#others({ org: orgs, user: users });
      this.#answers();
      const hasTasks = this.#draw.is();
      if (hasTasks) this.#tasks(fields, users);
      this.#audit(hasTasks ? 1 : 0);
    });
  }

  #settings(): void {
    const draw = this.#draw;
    if (draw.is()) {
      const drawn = this.#numbers(2).map((licences) => ({
        name: draw.text(),
        licences: draw.orNull(licences),
        from: draw.orNull("2026-04-01"),
        until: null,
      }));
      // commands cannot create contracts with equal names
      const contracts = [...new Map(drawn.map((one) => [nameKey(one.name), one])).values()];
      this.#insert("tenant_profile", { pk: 1, ...this.#fields(TENANT, { contracts }) });
    }
    if (draw.is()) this.#insert("account_settings", { pk: 1, ...this.#fields(ACCOUNT_SETTINGS) });
  }

  #orgs(): readonly number[] {
    const draw = this.#draw;
    const orgs = [1];
    for (const pk of this.#numbers(this.#size, 2)) {
      const own = { parent: draw.oneOf(orgs), name: `${draw.text()}${pk}`, code: draw.orNull(`Ｃode${pk}`) };
      this.#insert("org", { ...this.#record(pk), ...this.#fields(ORG, own) });
      orgs.push(pk);
    }
    this.#last("orgs", orgs.length);
    return orgs;
  }

  #customFields(): readonly number[] {
    const fields = this.#numbers(4);
    for (const pk of fields) {
      const { revision: _, updatedAt: __, ...record } = this.#record(pk);
      const name = `${this.#draw.text()}${pk}`;
      this.#insert("custom_field", { ...record, name, nameKey: nameKey(name) });
    }
    this.#last("fields", fields.length);
    return fields;
  }

  #schemes(): readonly number[] {
    const schemes = this.#numbers(3);
    for (const pk of schemes) {
      const name = `${this.#draw.text()}${pk}`;
      this.#insert("scheme", { ...this.#record(pk), ...this.#fields(SCHEME, { name }) });
    }
    this.#last("schemes", schemes.length);
    return schemes;
  }

  #users(orgs: readonly number[], fields: readonly number[]): readonly number[] {
    const draw = this.#draw;
    // a served tenant already has its administrator
    const before = this.#tenant.database.count("select count(*) from user");
    const users = this.#numbers(this.#size * 2, before + 1);
    for (const pk of users) {
      const emails = this.#numbers(2, 0).map((at) => `Ａ${pk}.${at}@Example.co.jp`);
      const all = emails.length === 0 ? [`a${pk}@example.co.jp`] : emails;
      const custom = draw.some(fields).map((field) => [String(field), draw.text()] as const);
      this.#insert("user", {
        ...this.#record(pk),
        ...this.#fields(USER, {
          emails: all,
          org: draw.oneOf(orgs),
          employeeCode: draw.orNull(`Ｅ${pk}`),
          upn: draw.orNull(`U${pk}@example.co.jp`),
          accountName: draw.orNull(`Ａccount${pk}`),
          accountPasswordSetAt: draw.orNull(SECRET_AT),
          custom: JSON.stringify(Object.fromEntries(custom)),
          administrator: draw.below(5) === 0 ? 1 : 0,
        }),
      });
      for (const [at, email] of all.entries()) {
        this.#insert("user_email", { emailKey: emailKey(email), user: pk, main: at === 0 ? 1 : 0 });
      }
    }
    this.#last("users", before + users.length);
    return users;
  }

  #accounts(users: readonly number[], orgs: readonly number[], schemes: readonly number[]): void {
    const draw = this.#draw;
    for (const user of users) {
      if (draw.is()) continue;
      const role = draw.oneOf(Object.keys(ROLES).filter((one) => one !== "custom" || schemes.length > 0));
      const { pk: _, id: __, ...record } = this.#record(user);
      this.#insert("account", {
        user,
        ...record,
        ...this.#fields(ACCOUNT, {
          role,
          scheme: role === "custom" ? draw.oneOf(schemes) : null,
          managedOrgs: draw.orNull(draw.some(orgs)),
          supportOption: role === "system" ? draw.bit() : 0,
          timezone: draw.orNull("Asia/Tokyo"),
        }),
        verifier: SECRET_CANARY,
      });
      if (draw.below(4) === 0) {
        this.#insert("reset_code", {
          user,
          verifier: SECRET_CANARY,
          addressKey: "a@example.co.jp",
          expiresAt: SECRET_AT,
        });
      }
    }
    this.#last("accounts", users.length);
  }

  #secured(): void {
    const draw = this.#draw;
    let pk = 0;
    let group = 0;
    for (const app of SECURED_APPS) {
      const groups = this.#numbers(3).map((number) => `${draw.text()}${number}`);
      for (const name of groups) {
        const { updatedAt: _, ...record } = this.#record((group += 1));
        this.#insert("secured_group", { ...record, app, ...this.#fields(SECURED_GROUP, { name }) });
      }
      for (const number of this.#numbers(this.#size)) {
        this.#insert("secured_user", {
          ...this.#record((pk += 1)),
          app,
          ...this.#fields(SECURED_USER, {
            userId: `user${number}`,
            groups: [...draw.some(groups)],
            administrator: draw.below(5) === 0 ? 1 : 0,
            secrets: JSON.stringify({ password: SECRET_AT }),
          }),
        });
      }
    }
    this.#last("secured_user", pk);
    this.#last("secured_group", group);
  }

  #devices(users: readonly number[], orgs: readonly number[]): void {
    const draw = this.#draw;
    const devices = this.#numbers(this.#size);
    for (const pk of devices) {
      const platform = draw.orNull(draw.oneOf(PLATFORMS));
      const owner = users.length > 0 && draw.is() ? draw.oneOf(users) : null;
      this.#insert("device", {
        ...this.#record(pk),
        ...this.#fields(DEVICE, {
          serialNumber: `Ｓerial${pk}`,
          platform,
          owner,
          ownerOrg: owner === null && draw.is() ? draw.oneOf(orgs) : null,
          androidMode: platform === ANDROID ? draw.orNull(draw.oneOf(DEVICE.fields.androidMode.choices)) : null,
        }),
      });
    }
    this.#last("devices", devices.length);
  }

  #words(...names: readonly string[]): Values {
    return Object.fromEntries(names.map((name) => [name, this.#draw.orNull(this.#draw.text())] as const));
  }

  #instants(...names: readonly string[]): Values {
    return Object.fromEntries(names.map((name) => [name, this.#draw.orNull(this.#draw.instant())] as const));
  }

  #apple(): void {
    const draw = this.#draw;
    const secret = (...names: readonly string[]): Values =>
      Object.fromEntries(names.map((name) => [name, SECRET_CANARY] as const));
    if (draw.is()) {
      this.#insert("ade_server", {
        pk: 1,
        ...secret("privateKey", "certificate", "token", "tokenHash", "consumer", "cursor", "apiKey"),
        ...this.#words(
          "endpoint",
          "serverName",
          "adminId",
          "orgName",
          "tokenSetBy",
          "apiEndpoint",
          "apiClient",
          "apiKeyId",
          "clomoServer",
        ),
        ...this.#instants("tokenExpiresAt", "tokenSetAt", "fullAt", "apiKeyAt", "apiSyncAt"),
        serverUuid: draw.orNull("SERVER"),
      });
    }
  }

  #ade(): void {
    for (const pk of this.#numbers(this.#size)) {
      const serialNumber = `SERIAL${this.#draw.below(10)}${pk}`;
      const device = this.#fields(ADE_DEVICE, { serialNumber });
      this.#insert("ade_device", { pk, ...device });
      const known = Object.fromEntries(BUSINESS_FIELDS.map((field) => [field, device[field] ?? null]));
      this.#insert("business_device", { pk, ...known, seenAt: device["seenAt"] ?? null });
    }
  }

  /** Fills the record types that have no method of their own. @param known the records to which they can refer */
  #others(known: Readonly<Record<string, readonly number[]>>): void {
    const draw = this.#draw;
    for (const thing of RECORD_TYPES.values()) {
      if (FILLED_THINGS.includes(thing.name)) continue;
      const pks = this.#numbers(4);
      for (const pk of pks) {
        const own = listStoredColumns(thing).flatMap(([column, { type, refers, unique }]) => {
          if (refers !== undefined && type !== "texts") return [[column, draw.oneOf(known[refers.to] ?? []) ?? null]];
          return unique === true && type === "text" ? [[column, `${draw.text()}${pk}`]] : [];
        });
        this.#insert(thing.name, { ...this.#record(pk), ...this.#fields(thing, Object.fromEntries(own) as Values) });
      }
      this.#last(collectionOf(thing.name) ?? thing.name, pks.length);
    }
  }

  #answers(): void {
    const draw = this.#draw;
    const questions = ["rules.lost", "push-certificate.holder", "android.holder", "rules.broken"];
    for (const pk of this.#numbers(4)) {
      const own = { question: questions[pk - 1] ?? `rules.${pk}`, value: draw.text().trim() };
      this.#insert("answer", { pk, id: draw.id(), ...this.#fields(ANSWER, own) });
    }
  }

  /** Creates tasks for the console from one change: for new or deleted custom fields, and for values of users. */
  #tasks(fields: readonly number[], users: readonly number[]): void {
    const draw = this.#draw;
    const revision = this.#revision;
    this.#insert("change", { number: 1, revision, writer: "records" });
    for (const pk of draw.some(fields))
      this.#insert("custom_field_observed", { pk, inConsole: 0, wished: Number(ALL_COLUMNS_MASK), since: revision });
    for (const pk of this.#numbers(2, fields.length + 1)) {
      const name = draw.text();
      const record = { name, nameKey: nameKey(name), id: draw.id(), createdAt: draw.instant() };
      this.#insert("custom_field_version", {
        pk,
        revision,
        action: "delete",
        changed: Number(ALL_COLUMNS_MASK),
        ...record,
      });
      this.#insert("custom_field_observed", {
        pk,
        inConsole: 1,
        wished: Number(ALL_COLUMNS_MASK),
        since: revision,
        ...record,
      });
    }
    this.#last("fields", fields.length + 2);
    for (const pk of draw.some(users)) {
      const columns = ["title", "emails", "accountPasswordSetAt"];
      const changed = columns.reduce((sum, name) => sum + Number(getColumnBit(getVersionSchema("user"), name)), 0);
      const emails = JSON.stringify(["a@example.co.jp", "b@example.co.jp"]);
      const record = { title: draw.orNull(draw.text()), emails, accountPasswordSetAt: draw.orNull(SECRET_AT) };
      this.#insert("user_version", { pk, revision, action: "update", changed, ...record });
      this.#insert("user_observed", { pk, inConsole: 1, wished: changed, since: revision, ...record });
    }
  }

  #audit(least: number): void {
    const draw = this.#draw;
    let hash = "";
    const count = draw.below(4) + least;
    for (let seq = 1; seq <= count; seq += 1) {
      const versions = least > 0 && seq === 1 ? computeChecksum(this.#tenant.database, this.#revision) : undefined;
      const change = { at: draw.instant(), actor: draw.text(), action: "users.edit" };
      const record = JSON.stringify({ version: 2, seq, ...change, ...(versions && { detail: { versions } }) });
      hash = sha256(`${hash}\n${record}`);
      this.#insert("audit", { seq, record, hash });
    }
  }
}

export const fillAtRandom = async (tenant: TestTenant, seed: number, size = 12): Promise<void> => {
  // the first request creates the tenant's file
  await tenant.client.tenant.show();
  new TenantFiller(tenant, new RandomSource(seed), size).fill();
};
