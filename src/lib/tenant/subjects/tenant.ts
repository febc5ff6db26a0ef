import { isDeepStrictEqual } from "node:util";
import { Failure } from "../../errors/index.ts";
import { nameKey } from "../../model/normalise.ts";
import { CONTRACT, TENANT, type Contract, type TenantProfile } from "../../nouns/tenant.ts";
import type { Fields, Given } from "../../model/thing.ts";
import { checkProfile } from "../../rules/tenant.ts";
import { text, type Text } from "../../text/index.ts";
import type { Session } from "../ledger/session.ts";
import { readProfile, readTenantName, writeProfile } from "../ledger/tenant-rows.ts";
import { checkFieldValue, omitUndefined, validateFieldValue } from "../ledger/records.ts";

/** A missing field does not change. Null or an empty list clears a field. */
export interface TenantChange extends Given<Omit<TenantProfile, "contracts">> {
  readonly contracts?: readonly (Given<Contract> & Pick<Contract, "name">)[] | undefined;
  readonly contractsRemoved?: readonly string[] | undefined;
  readonly dryRun?: boolean | undefined;
}

export const updateTenantProfile = (
  session: Session,
  { dryRun, ...change }: TenantChange,
): Promise<Readonly<Record<"before" | "after", TenantProfile>>> =>
  session.change({ action: "tenant.set", locks: ["tenant"], dryRun }, async (writer) => {
    const before = await readProfile(writer);
    const { contracts = [], contractsRemoved = [], ...others } = change;
    const after: TenantProfile = {
      ...before,
      ...Object.fromEntries(
        Object.entries(omitUndefined(others)).map(([field, value]) => [
          field,
          validateProfileValue(field, normaliseBlanks(value)),
        ]),
      ),
      contracts: applyContractChanges(before.contracts, contracts, contractsRemoved),
    };
    const [problem] = checkProfile(before, after);
    if (problem !== undefined) throw createProfileFailure(problem.field ?? "", problem.what);
    if (isDeepStrictEqual(before, after)) return { result: { before, after: before }, objects: [] };
    await writeProfile(writer, after);
    const name = await readTenantName(writer);
    return { result: { before, after }, objects: [{ thing: TENANT.name, id: TENANT.name, name }], before, after };
  });

const normaliseBlanks = (value: unknown): unknown => {
  if (Array.isArray(value)) return [...new Set(value)].filter((one) => one !== "");
  if (typeof value !== "string") return value;
  const typed = value.trim();
  return typed === "" ? null : typed;
};

const validateProfileValue = (name: string, value: unknown): unknown => {
  const { [name]: field }: Fields = TENANT.fields;
  if (field === undefined) throw createProfileFailure(name, text("unknown field", "不明な項目です"));
  if (typeof value === "string" && field.type === "text") return validateFieldValue(name, field, value);
  checkFieldValue(name, field, value);
  return value;
};

function applyContractChanges(
  before: readonly Contract[],
  said: NonNullable<TenantChange["contracts"]>,
  removed: readonly string[],
): Contract[] {
  const contracts = new Map(before.map((contract) => [nameKey(contract.name), contract]));
  for (const name of removed) {
    if (contracts.delete(nameKey(name))) continue;
    const recorded = before.map((contract) => contract.name).join(", ") || "-";
    throw new Failure("not-found", {
      what: text(`no contract is named "${name}"`, `「${name}」という契約は登録されていません`),
      hint: text(`recorded contracts: ${recorded}`, `登録済みの契約: ${recorded}`),
    });
  }
  for (const contract of said) {
    const typed = contract.name.trim();
    if (typed === "")
      throw createProfileFailure("contracts", text("a contract name must not be blank", "契約名が入力されていません"));
    const name = validateFieldValue("contracts", { ...CONTRACT.name, label: TENANT.fields.contracts.label }, typed);
    const known = contracts.get(nameKey(name)) ?? { name, licences: null, from: null, until: null };
    const given = Object.entries(contract).filter(([field, value]) => field !== "name" && value !== undefined);
    for (const [field, value] of given) checkFieldValue(field, (CONTRACT as Fields)[field] ?? CONTRACT.name, value);
    contracts.set(nameKey(name), { ...known, ...Object.fromEntries(given) });
  }
  return [...contracts.values()];
}

const createProfileFailure = (where: string, what: Text): Failure => new Failure("input-rejected", { what, where });
