import { isDeepStrictEqual } from "node:util";
import { ANDROID_ACCOUNT_TYPES, USAGE_FIELDS, type TenantProfile } from "../nouns/tenant.ts";
import { nameKey } from "../model/normalise.ts";
import { findTimeZone } from "../model/time.ts";
import { text } from "../text/index.ts";
import type { RuleProblem } from "./values.ts";

type ProfileRule = (profile: TenantProfile) => RuleProblem | undefined;

const checkContractNames: ProfileRule = ({ contracts }) => {
  const twice = contracts.find(({ name }, at) =>
    contracts.slice(0, at).some((other) => nameKey(other.name) === nameKey(name)),
  );
  if (twice === undefined) return undefined;
  const { name } = twice;
  const what = text(`two contracts are named "${name}"`, `「${name}」という名前の契約が 2 つ以上あります`);
  return { field: "contracts", what };
};

const checkContracts: ProfileRule = ({ contracts }) => {
  for (const { name, licences, from, until } of contracts) {
    if (licences !== null && licences < 0)
      return {
        field: name,
        what: text("the number of licences cannot be negative", "契約数は 0 以上で指定してください"),
      };
    if (from !== null && until !== null && from > until) {
      const [en, ja] = [
        `the contract ends (${until}) before it begins (${from})`,
        `契約の終了(${until})が開始(${from})より前です`,
      ];
      return { field: name, what: text(en, ja) };
    }
  }
  return undefined;
};

/** @see facts 4 */
const checkAppleServices: ProfileRule = ({ ios, macos, ade, vpp }) => {
  const name = ade === true ? "ade" : vpp === true ? "vpp" : undefined;
  if (name === undefined || ios !== false || macos !== false) return undefined;
  const { en, ja } = USAGE_FIELDS[name].label;
  const what = text(
    `${en} is recorded as used, but both iOS/iPadOS and macOS are recorded as not used`,
    `${ja} は使用中と記録されていますが、iOS/iPadOS も macOS も使わないと記録されています`,
  );
  return { field: name, what };
};

/** @see facts 2.4 */
const checkAndroidAccounts: ProfileRule = ({ android, androidAccounts: accounts }) => {
  if (android !== false || accounts === null || accounts === "none") return undefined;
  const { en, ja } = ANDROID_ACCOUNT_TYPES[accounts];
  const what = text(
    `the Android account type is recorded as ${en}, but Android is recorded as not used`,
    `Android のアカウントは「${ja}」ですが、Android は使わないと記録されています`,
  );
  return { field: "androidAccounts", what };
};

const checkLoginUrl: ProfileRule = ({ loginUrl: address }) => {
  const url = address === null ? undefined : URL.parse(address);
  if (url === undefined) return undefined;
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return undefined;
  const what = text(
    "the login address must begin with http:// or https:// and must not contain a user name or a password",
    "ログイン URL は http:// か https:// で始まり、ユーザー名やパスワードを含まないものにしてください",
  );
  return { field: "loginUrl", what };
};

const checkConsoleTimezone: ProfileRule = ({ consoleTimezone: zone }) => {
  if (zone === null || findTimeZone(zone) !== undefined) return undefined;
  const what = text(`unknown time zone "${zone}"`, `「${zone}」というタイムゾーンはありません`);
  return { field: "consoleTimezone", what };
};

const PROFILE_RULES: readonly (readonly [judge: ProfileRule, fields: readonly (keyof TenantProfile)[]])[] = [
  [checkContracts, ["contracts"]],
  [checkContractNames, ["contracts"]],
  [checkAppleServices, ["ios", "macos", "ade", "vpp"]],
  [checkAndroidAccounts, ["android", "androidAccounts"]],
  [checkLoginUrl, ["loginUrl"]],
  [checkConsoleTimezone, ["consoleTimezone"]],
];

export const checkProfile = (before: TenantProfile, after: TenantProfile): readonly RuleProblem[] =>
  PROFILE_RULES.filter(([, fields]) => fields.some((name) => !isDeepStrictEqual(before[name], after[name]))).flatMap(
    ([judge]) => judge(after) ?? [],
  );
