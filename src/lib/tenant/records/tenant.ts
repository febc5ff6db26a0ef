import { isDeepStrictEqual } from "node:util";
import type { TenantChange } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { nameKey } from "../../model/normalise.ts";
import { CONTRACT, TENANT, type Contract, type TenantProfile } from "../../model/tenant.ts";
import type { Fields } from "../../model/thing.ts";
import { judgeRecord } from "../../rules/index.ts";
import { text, type Text } from "../../text/index.ts";
import type { Session } from "../session.ts";
import { readProfile, readTenantName, writeProfile } from "./tenant-rows.ts";
import { checkValue } from "./records.ts";

/** What was recorded of a tenant, and what is now. */
interface ProfileChange {
  readonly before: TenantProfile;
  readonly after: TenantProfile;
}

/**
 * Records what is known of the tenant itself; what is as it was already changes nothing. Nothing of it is changed in the console by that.
 *
 * @throws Failure `input-rejected` where the values contradict each other, or cannot be; `not-found` for a contract
 */
export const setTenant = (session: Session, { dryRun, ...change }: TenantChange): Promise<ProfileChange> =>
  session.change({ action: "tenant.set", locks: ["tenant"], dryRun }, async (writer) => {
    const before = await readProfile(writer);
    const { contracts = [], contractsRemoved = [], ...others } = change;
    const after: TenantProfile = {
      ...before,
      ...Object.fromEntries(Object.entries(others).map(([field, value]) => [field, checked(field, unblanked(value))])),
      contracts: changedContracts(before.contracts, contracts, contractsRemoved),
    };
    const [problem] = judgeRecord(TENANT.name, { before, after });
    if (problem !== undefined) throw refused(problem.field ?? "", problem.what, problem.hint);
    if (isDeepStrictEqual(before, after)) return { result: { before, after: before }, objects: [] };
    await writeProfile(writer, after);
    const name = await readTenantName(writer);
    return { result: { before, after }, objects: [{ thing: TENANT.name, id: TENANT.name, name }], before, after };
  });

/** Blank is null; of a list each once. */
const unblanked = (value: unknown): unknown => {
  if (Array.isArray(value)) return [...new Set(value)].filter((one) => one !== "");
  if (typeof value !== "string") return value;
  const typed = value.trim();
  return typed === "" ? null : typed;
};

/** @throws Failure `input-rejected` where a text's rule says no */
const checked = (name: string, value: unknown): unknown => {
  const { [name]: field }: Fields = TENANT.fields;
  return typeof value === "string" && field?.type === "text" ? checkValue(name, field, value) : value;
};

function changedContracts(
  before: readonly Contract[],
  said: NonNullable<TenantChange["contracts"]>,
  removed: readonly string[],
): Contract[] {
  const contracts = new Map(before.map((contract) => [nameKey(contract.name), contract]));
  for (const name of removed) {
    if (!contracts.delete(nameKey(name))) throw noContract(name, before);
  }
  for (const contract of said) {
    const typed = contract.name.trim();
    if (typed === "") throw refused("contracts", text("a contract needs a name", "契約名が空です"));
    const name = checkValue("contracts", { ...CONTRACT.name, label: TENANT.fields.contracts.label }, typed);
    const known = contracts.get(nameKey(name)) ?? { name, licences: null, from: null, until: null };
    const given = Object.entries(contract).filter(([field, value]) => field !== "name" && value !== undefined);
    contracts.set(nameKey(name), { ...known, ...Object.fromEntries(given) });
  }
  return [...contracts.values()];
}

const noContract = (name: string, known: readonly Contract[]): Failure => {
  const names = known.map((contract) => contract.name).join(", ");
  return new Failure("not-found", {
    what: text(`no contract is named "${name}"`, `「${name}」という契約は登録されていません`),
    hint:
      names === ""
        ? text("no contract is recorded", "契約は 1 つも登録されていません")
        : text(`contracts: ${names}`, `登録済みの契約: ${names}`),
  });
};

const refused = (where: string, what: Text, hint?: Text): Failure =>
  new Failure("input-rejected", { what, where, hint });
