import { line, renderAdvice, type CommandLine } from "../../advice/index.ts";
import { dayOf } from "../../model/time.ts";
import { TENANT } from "../../nouns/tenant.ts";
import { compareByExpiry } from "../../renewals/expiry-status.ts";
import { joinTexts, same, text, type Text } from "../../text/index.ts";
import {
  type ChecklistDay,
  type ChecklistRow,
  type HandoverFacts,
  type RenewalRecord,
  formatAccounts,
  isSystemAdministrator,
  sharesWord,
} from "./people.ts";

export interface OutsideAccount {
  readonly item: "push-certificate" | "apple-business" | "android";
  readonly renewals: readonly RenewalRecord[];
}

const ACCOUNT_TITLES = {
  "push-certificate": text("push certificate", "プッシュ通知証明書"),
  "apple-business": same("Apple Business Manager"),
  android: same("Android Enterprise"),
} as const satisfies Readonly<Record<OutsideAccount["item"], Text>>;

const toDigits = (phone: string): string =>
  phone
    .normalize("NFKC")
    .replace(/\+81[\s-]*(?:\(0\))?/, "0")
    .replaceAll(/\D/g, "");

interface AccountFact {
  readonly question: string;
  readonly field?: "account" | "phone" | "phoneHolder";
  readonly what: Text;
  /** compares the answer with the renewal items; undefined if both can differ */
  readonly isSame?: (one: string, other: string) => boolean;
}

const ACCOUNT_FACTS: readonly AccountFact[] = [
  { question: "account", field: "account", what: text("account", "アカウント"), isSame: sharesWord },
  {
    question: "phone",
    field: "phone",
    what: text("telephone number that receives the code", "認証コードが届く電話番号"),
    isSame: (one, other) => toDigits(one) === toDigits(other),
  },
  { question: "holder", field: "phoneHolder", what: text("who has this telephone", "その電話の所持者・置き場所") },
  { question: "password-place", what: text("where the password is kept", "パスワードの保管場所") },
];

const buildGap = (id: string, what: Text, value: string | null, next: CommandLine): ChecklistRow => {
  const row = { item: "first-day", state: "gap", by: null, at: null } as const;
  return { ...row, id, what, value, next: renderAdvice(next) };
};

const buildRow = (id: string, what: Text, value: string | null, next: CommandLine): ChecklistRow =>
  value === null || value === ""
    ? buildGap(id, what, null, next)
    : { ...buildGap("first-day", what, value, next), state: "recorded", next: null };

const findAnswer = ({ answers }: HandoverFacts, id: string): string | undefined =>
  answers.find(({ question }) => question === id)?.value;

function buildAccountRow(
  facts: HandoverFacts,
  { item, renewals }: OutsideAccount,
  { question, field, what, isSame }: AccountFact,
): ChecklistRow {
  const id = `${item}.${question}`;
  const label = joinTexts([ACCOUNT_TITLES[item], what], same(": "));
  const next = line("handover answer", [id]);
  const [answer, account] = [findAnswer(facts, id), findAnswer(facts, `${item}.account`)];
  const server = item === "apple-business" && field === "account" ? facts.adeServer.adminId : null;
  const recorded = [
    ...(server === null ? [] : [{ name: "ADE", account: server, value: server }]),
    ...renewals.map((one) => ({ ...one, value: field === undefined ? null : one[field] })),
  ].filter(({ value }) => value !== null && value !== "");
  const values = new Map(recorded.map(({ name, value }) => [value, name]));
  const shown = [...values].map(([value, name]) => (values.size === 1 ? value : `${value} (${name})`)).join(", ");
  const comparable = recorded.filter(
    (one) => field === "account" || one.account === null || sharesWord(one.account, account ?? one.account),
  );
  const differs =
    isSame !== undefined &&
    answer !== undefined &&
    comparable.length > 0 &&
    comparable.every(({ value }) => !isSame(value ?? "", answer));
  if (!differs) return buildRow(id, label, shown || (answer ?? null), next);
  const contradiction = text("the answer and the renewal items differ", "回答と年次更新の登録が異なります");
  return buildGap("contradiction", joinTexts([label, contradiction], same(": ")), `${answer} ≠ ${shown}`, next);
}

const SHOWN_ENDS = 3;

export function buildFirstDay(
  facts: HandoverFacts,
  accounts: readonly OutsideAccount[],
  { asOf, timezone }: ChecklistDay,
): readonly ChecklistRow[] {
  const { domain, loginUrl } = TENANT.fields;
  const { tenant, administrators, renewals } = facts;
  const passwordInConsole = facts.isMirror || undefined;
  const add = line("renewals add", ["NAME"], { kind: "KIND", expires: "DATE" });
  const dated = renewals.filter(({ expiresAt }) => expiresAt !== null).toSorted(compareByExpiry);
  const coming = dated.filter(({ expiresAt }) => dayOf(expiresAt ?? "", timezone) >= asOf);
  return [
    buildRow("login-url", loginUrl.label, tenant.loginUrl, line("tenant set", [], { loginUrl: "URL" })),
    buildRow("domain", domain.label, tenant.domain, line("tenant set", [], { domain: "DOMAIN" })),
    buildRow(
      "own-account",
      text("accounts of CLOMO PANEL", "CLOMO PANEL のアカウント"),
      formatAccounts(administrators.filter((one) => one.marked || isSystemAdministrator(one))),
      line("clomo-account create", ["USER"], { account: "NAME", role: "system", passwordInConsole }),
    ),
    ...accounts.flatMap((account) => ACCOUNT_FACTS.map((fact) => buildAccountRow(facts, account, fact))),
    ...(dated.length === 0 ? [buildRow("no-end", text("next expiry date", "次の期限"), null, add)] : []),
    ...coming.slice(0, SHOWN_ENDS).map(({ name, expiresAt }) => {
      const what = text(`next expiry date: ${name}`, `次の期限: ${name}`);
      return buildRow("end", what, dayOf(expiresAt ?? "", timezone), add);
    }),
    ...renewals
      .filter(({ notes }) => notes !== null && notes.trim() !== "")
      .map(({ name, notes }) => {
        const value = (notes ?? "").trim().replaceAll(/\s*\n\s*/g, " / ");
        return buildRow("note", text(`notes: ${name}`, `メモ: ${name}`), value, add);
      }),
  ];
}
