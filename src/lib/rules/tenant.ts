import { isDeepStrictEqual } from "node:util";
import { ANDROID_ACCOUNT_TYPES, USAGE_FIELDS, type Contract, type TenantProfile } from "../model/tenant.ts";
import { nameKey } from "../model/normalise.ts";
import { findTimeZone } from "../model/time.ts";
import { text } from "../text/index.ts";
import type { RuleProblem } from "./rule.ts";

type ProfileRule = (profile: TenantProfile) => readonly RuleProblem[];

const judgeContracts: ProfileRule = (profile) => [
  ...profile.contracts.flatMap(judgeContract),
  ...judgeDuplicateContracts(profile),
];

/** Commands find a contract by its name, so they would change only one of two with the same name. */
const judgeDuplicateContracts: ProfileRule = (profile) =>
  [...Map.groupBy(profile.contracts, ({ name }) => nameKey(name)).values()].flatMap(([first, second]) =>
    first === undefined || second === undefined
      ? []
      : [
          {
            field: "contracts",
            what: text(
              `two contracts are named "${second.name}"`,
              `「${second.name}」という名前の契約が 2 つ以上あります`,
            ),
          },
        ],
  );

const judgeContract = ({ name, licences, from, until }: Contract): readonly RuleProblem[] => {
  if (licences !== null && licences < 0) {
    return [
      { field: name, what: text("the number of licences cannot be negative", "契約数は 0 以上で指定してください") },
    ];
  }
  if (from === null || until === null || from <= until) return [];
  return [
    {
      field: name,
      what: text(
        `the contract ends (${until}) before it begins (${from})`,
        `契約の終了(${until})が開始(${from})より前です`,
      ),
    },
  ];
};

/** ADE and VPP are used only with Apple's platforms. @see facts 4 */
const judgeAppleServices: ProfileRule = ({ ios, macos, ade, vpp }) => {
  const name = ade === true ? "ade" : vpp === true ? "vpp" : undefined;
  if (name === undefined || ios !== false || macos !== false) return [];
  const { en, ja } = USAGE_FIELDS[name].label;
  return [
    {
      field: name,
      what: text(
        `${en} is recorded as used, but both iOS/iPadOS and macOS are recorded as not used`,
        `${ja} を使うのに、iOS/iPadOS も macOS も使わないことになっています`,
      ),
    },
  ];
};

/** A tenant that does not use Android has no accounts for Android. @see facts 2.4 */
const judgeAndroidAccounts: ProfileRule = ({ android, androidAccounts: accounts }) => {
  if (android !== false || accounts === null || accounts === "none") return [];
  const { en, ja } = ANDROID_ACCOUNT_TYPES[accounts];
  return [
    {
      field: "androidAccounts",
      what: text(
        `the Android account type is recorded as ${en}, but Android is recorded as not used`,
        `Android のアカウントが「${ja}」なのに、Android を使わないことになっています`,
      ),
    },
  ];
};

const judgeLoginUrl: ProfileRule = ({ loginUrl: address }) => {
  const url = address === null ? undefined : URL.parse(address);
  if (url === undefined) return [];
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return [];
  return [
    {
      field: "loginUrl",
      what: text(
        "the login address must begin with http:// or https:// and must not contain a user name or a password",
        "ログイン URL は http:// か https:// で始まり、ユーザー名やパスワードを含まないものにしてください",
      ),
    },
  ];
};

const judgeConsoleTimezone: ProfileRule = ({ consoleTimezone: zone }) =>
  zone === null || findTimeZone(zone) !== undefined
    ? []
    : [
        {
          field: "consoleTimezone",
          what: text(`unknown time zone "${zone}"`, `「${zone}」というタイムゾーンはありません`),
        },
      ];

const PROFILE_RULES: readonly (readonly [judge: ProfileRule, fields: readonly (keyof TenantProfile)[]])[] = [
  [judgeContracts, ["contracts"]],
  [judgeAppleServices, ["ios", "macos", "ade", "vpp"]],
  [judgeAndroidAccounts, ["android", "androidAccounts"]],
  [judgeLoginUrl, ["loginUrl"]],
  [judgeConsoleTimezone, ["consoleTimezone"]],
];

/** Returns what is wrong with the fields that a change to the tenant's profile writes. */
export const judgeProfile = (before: TenantProfile, after: TenantProfile): readonly RuleProblem[] =>
  PROFILE_RULES.filter(([, fields]) => fields.some((name) => !isDeepStrictEqual(before[name], after[name]))).flatMap(
    ([judge]) => judge(after),
  );
