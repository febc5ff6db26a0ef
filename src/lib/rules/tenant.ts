import { ANDROID_ACCOUNTS, USES, type Contract, type TenantProfile } from "../model/tenant.ts";
import { isTelephoneNumber, type RenewalItem } from "../model/renewal.ts";
import { nameKey } from "../model/normalise.ts";
import { zoneNamed } from "../model/time.ts";
import { text } from "../text/index.ts";
import type { Rule, RuleProblem } from "./rule.ts";

type ProfileRule = (profile: TenantProfile) => readonly RuleProblem[];

const contracts: ProfileRule = (profile) => [...profile.contracts.flatMap(contract), ...twinContracts(profile)];

/** A contract is found by its name: of two with one name a command changes or removes only one. */
const twinContracts: ProfileRule = (profile) =>
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

const contract = ({ name, licences, from, until }: Contract): readonly RuleProblem[] => {
  if (licences !== null && licences < 0) {
    return [{ field: name, what: text("licences cannot be fewer than 0", "契約数は 0 以上で指定してください") }];
  }
  if (from === null || until === null || from <= until) return [];
  return [
    {
      field: name,
      what: text(
        `the contract ends (${until}) before it begins (${from})`,
        `契約の終了(${until})が開始(${from})より前です`,
      ),
      hint: text("give both days", "開始日と終了日の両方を指定してください"),
    },
  ];
};

/** @see facts 4: ADE and VPP are Apple's */
const services: ProfileRule = ({ ios, macos, ade, vpp }) => {
  const name = ade === true ? "ade" : vpp === true ? "vpp" : undefined;
  if (name === undefined || ios !== false || macos !== false) return [];
  const { en, ja } = USES[name].label;
  return [
    {
      field: name,
      what: text(
        `${en} is used, but neither iOS/iPadOS nor macOS`,
        `${ja} を使うのに、iOS/iPadOS も macOS も使わないことになっています`,
      ),
      hint: text(
        `say in the same command that ${en} is not used, or that iOS/iPadOS or macOS is`,
        `同じコマンドで、${ja} を使わないこと、または iOS/iPadOS か macOS を使うことを指定してください`,
      ),
    },
  ];
};

/** @see facts 2.4 */
const androidAccounts: ProfileRule = ({ android, androidAccounts: accounts }) => {
  if (android !== false || accounts === null || accounts === "none") return [];
  const { en, ja } = ANDROID_ACCOUNTS[accounts];
  return [
    {
      field: "androidAccounts",
      what: text(`${en} are recorded, but Android is not used`, `${ja}なのに、Android を使わないことになっています`),
      hint: text(
        "say in the same command that Android has no accounts (none), or that it is used",
        "同じコマンドで、アカウントなし(none)、または Android を使うことを指定してください",
      ),
    },
  ];
};

const loginUrl: ProfileRule = ({ loginUrl: address }) => {
  const url = address === null ? undefined : URL.parse(address);
  if (url === undefined) return [];
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return [];
  return [
    {
      field: "loginUrl",
      what: text(
        "the login address must be http or https, without a user name or password",
        "ログイン URL は http か https で、ユーザー名やパスワードを含めないでください",
      ),
      hint: text(
        "it is in the mail 「[CLOMO PANEL] 登録完了のお知らせ」",
        "「[CLOMO PANEL] 登録完了のお知らせ」メールに記載されています",
      ),
    },
  ];
};

const timezone: ProfileRule = ({ consoleTimezone: zone }) =>
  zone === null || zoneNamed(zone) !== undefined
    ? []
    : [{ field: "consoleTimezone", what: text(`unknown time zone ${zone}`, `タイムゾーン ${zone} は不明です`) }];

/** What is recorded of a tenant does not contradict itself. */
const ofProfile = (
  name: string,
  fields: readonly (keyof TenantProfile)[],
  judge: ProfileRule,
): Rule<TenantProfile> => ({
  name,
  of: "tenant",
  on: ["create", "edit"],
  fields,
  judge: ({ after }) => (after === undefined ? [] : judge(after)),
});

/** The rules of what is recorded of a tenant. */
export const TENANT_RULES = [
  ofProfile("contracts", ["contracts"], contracts),
  ofProfile("apple-services", ["ios", "macos", "ade", "vpp"], services),
  ofProfile("android-accounts", ["android", "androidAccounts"], androidAccounts),
  ofProfile("login-url", ["loginUrl"], loginUrl),
  ofProfile("console-timezone", ["consoleTimezone"], timezone),
] as const;

/** The phone of an item is a telephone number: who holds it, or where it is kept, has a field of its own. */
export const phoneOfRenewal: Rule<Pick<RenewalItem, "phone">> = {
  name: "renewal-phone",
  of: "renewal_item",
  on: ["create", "edit"],
  fields: ["phone"],
  judge: ({ after }) => {
    const { phone = null } = after ?? {};
    if (phone === null || isTelephoneNumber(phone)) return [];
    return [
      {
        field: "phone",
        what: text(`"${phone}" is not a telephone number`, `「${phone}」は電話番号ではありません`),
        hint: text(
          "who holds the phone, or where it is kept, belongs in phoneHolder",
          "電話を持っている人や置き場所は phoneHolder に記録してください",
        ),
      },
    ];
  },
};
