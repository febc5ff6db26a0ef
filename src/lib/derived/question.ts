import { joinTexts, same, text, type Text } from "../text/index.ts";
import { isTelephoneNumber } from "../nouns/renewal.ts";
import { parseTypedDate, HOUR_MS } from "../model/time.ts";

export const YES_NO_CHOICES = { yes: text("yes", "はい"), no: text("no", "いいえ") } as const satisfies Readonly<
  Record<string, Text>
>;

/** @see seed 003 */
const MANAGEMENT_METHODS = {
  purchased: text("supervised, with ADE devices from a reseller", "監視対象モード: ADE デバイスを代理店から購入する"),
  manual: text("supervised, with devices added to ADE manually", "監視対象モード: 手動で ADE デバイスにする"),
  "supervised-only": text("supervised, without ADE", "監視対象モード: ADE を使わない"),
  unsupervised: text("not supervised", "非監視対象モード(通常モード)"),
} as const satisfies Readonly<Record<string, Text>>;

const HOME_EXPIRY_CHOICES = {
  date: text("an expiry date", "有効期限が表示されている"),
  none: text("no expiry date", "有効期限が表示されていない"),
} as const satisfies Readonly<Record<string, Text>>;

/**
 * The titles of the six checklist items in CLOMO's manual. `settings` is clomoctl's own item. @see facts 7.1; seed 002
 */
export const CHECKLIST_ITEM_TITLES = {
  contact: text("CLOMO PANEL contact person", "CLOMO PANEL 担当者情報"),
  administrators: text("CLOMO PANEL system administrators' accounts", "CLOMO PANEL システム管理者アカウント情報"),
  "push-certificate": text("Apple Account of the MDM push certificate", "MDM プッシュ通知証明書の Apple Account"),
  "apple-business": text(
    "Apple Account that administers Apple Business Manager",
    "Apple Business Manager の管理用 Apple Account",
  ),
  android: text("Android Enterprise administrator's Gmail account", "Android Enterprise 管理者用 Gmail アカウント"),
  rules: text("in-house rules", "社内ルール"),
  settings: text("configuration profiles and apps", "構成プロファイルとアプリ"),
} as const satisfies Readonly<Record<string, Text>>;

export type ChecklistItemId = keyof typeof CHECKLIST_ITEM_TITLES;

const GROUP_TITLES = { ...CHECKLIST_ITEM_TITLES, onboarding: text("set-up", "導入") } as const;

export interface AnswerFormat {
  readonly kind: "text" | "phone" | "date" | "choice";
  readonly choices?: Readonly<Record<string, Text>> | undefined;
}

export interface Question extends AnswerFormat {
  readonly group: keyof typeof GROUP_TITLES;
  readonly label: Text;
  readonly yearly?: true | undefined;
}

type QuestionParts = Omit<Question, "group">;

const createYesNoQuestion = (en: string, ja: string): QuestionParts => ({
  kind: "choice",
  choices: YES_NO_CHOICES,
  label: text(en, ja),
});

const ACCOUNT_QUESTIONS = {
  account: { kind: "text", label: text("name of the account", "アカウント名") },
  company: createYesNoQuestion("a company account, not a personal one", "個人のものではなく会社のアカウントか"),
  holder: { kind: "text", label: text("who signs in and has the phone", "サインインし、電話を持つ人"), yearly: true },
  phone: {
    kind: "phone",
    label: text("telephone number for the 2-factor code (SMS)", "認証コード(SMS)を受け取る電話番号"),
  },
  "password-place": {
    kind: "text",
    label: text("where the password is kept (not the password)", "パスワードの保管場所(パスワード自体は書かない)"),
  },
} as const satisfies Readonly<Record<string, QuestionParts>>;

const createRuleQuestion = (en: string, ja: string): QuestionParts => ({
  kind: "text",
  label: text(`where the rules for ${en} devices are (document or link)`, `${ja}時の社内ルールの場所(文書かリンク)`),
});

const createHomeScreenQuestion = (label: string): QuestionParts => ({
  kind: "choice",
  choices: HOME_EXPIRY_CHOICES,
  label: text(`what the HOME screen shows under 「${label}」`, `HOME 画面の「${label}」欄の表示`),
});

const QUESTION_GROUPS = {
  contact: {
    confirmed: {
      kind: "date",
      yearly: true,
      label: text("day when 「担当者名」 on HOME was last checked", "HOME 画面の「担当者名」を最後に確かめた日"),
    },
  },
  administrators: {
    mailbox: {
      ...createYesNoQuestion("somebody reads CLOMO's emails", "CLOMO からのメールを読んでいる人がいる"),
      yearly: true,
    },
  },
  "push-certificate": ACCOUNT_QUESTIONS,
  "apple-business": ACCOUNT_QUESTIONS,
  android: ACCOUNT_QUESTIONS,
  rules: {
    lost: createRuleQuestion("lost", "紛失"),
    broken: createRuleQuestion("broken", "故障"),
    exchanged: createRuleQuestion("replaced", "交換"),
  },
  settings: {
    complete: {
      ...createYesNoQuestion(
        "all configuration profiles and apps of the console are recorded",
        "管理画面の構成プロファイルとアプリをすべて登録した",
      ),
      yearly: true,
    },
  },
  onboarding: {
    way: { kind: "choice", choices: MANAGEMENT_METHODS, label: text("how devices are managed", "デバイスの管理状態") },
    prepared: createYesNoQuestion("everything that step 3 needs is prepared", "手順 3 で必要なものをすべて用意できた"),
    login: createYesNoQuestion("the contact person logged in to CLOMO PANEL", "担当者が CLOMO PANEL にログインできた"),
    "home.push-certificate": createHomeScreenQuestion("MDM プッシュ通知証明書"),
    "home.ade-token": createHomeScreenQuestion("ADE サーバートークン"),
    "home.vpp-token": createHomeScreenQuestion("VPPサービストークン"),
    profiles: createYesNoQuestion("the profiles are chosen and installed", "プロファイルを決めてインストールした"),
    apps: createYesNoQuestion("the apps are registered and installed", "アプリケーションを登録してインストールした"),
  },
} as const satisfies Readonly<Record<keyof typeof GROUP_TITLES, Readonly<Record<string, QuestionParts>>>>;

/** Keys are names such as `push-certificate.holder`, in the order in which the questions are asked. */
export const QUESTIONS: ReadonlyMap<string, Question> = new Map(
  Object.entries<Readonly<Record<string, QuestionParts>>>(QUESTION_GROUPS).flatMap(([group, questions]) =>
    Object.entries(questions).map(([name, parts]) => [
      `${group}.${name}`,
      { ...parts, group: group as keyof typeof GROUP_TITLES },
    ]),
  ),
);

export const describeQuestion = ({ group, label }: Question): Text =>
  text(`${GROUP_TITLES[group].en}: ${label.en}`, `${GROUP_TITLES[group].ja}: ${label.ja}`);

export type ParsedAnswer = { readonly value: string } | { readonly wrong: Text };

const MAX_HOURS_AHEAD = 14;

const isFutureEverywhere = (day: string, now: string): boolean =>
  Date.parse(day) - MAX_HOURS_AHEAD * HOUR_MS > Date.parse(now);

const parseChoiceAnswer = (choices: Readonly<Record<string, Text>>, typed: string): ParsedAnswer => {
  const isShortForm = (value: string): boolean => /^[yn]$/i.test(typed) && value.startsWith(typed.toLowerCase());
  const found = Object.entries(choices).find(
    ([value, { en, ja }]) =>
      [value, en, ja].some((word) => word.toLowerCase() === typed.toLowerCase()) ||
      (choices === YES_NO_CHOICES && isShortForm(value)),
  );
  if (found !== undefined) return { value: found[0] };
  const { en, ja } = joinTexts(Object.values(choices), same(", "));
  return { wrong: text(`"${typed}" is not one of the answers ${en}`, `「${typed}」は選択肢にありません: ${ja}`) };
};

const parseDateAnswer = (typed: string, now: string): ParsedAnswer => {
  const date = parseTypedDate(typed);
  if (date === undefined || !("day" in date))
    return {
      wrong: text(`"${typed}" is no date such as 2027-03-31`, `「${typed}」は 2027-03-31 のような日付ではありません`),
    };
  if (!isFutureEverywhere(date.day, now)) return { value: date.day };
  return {
    wrong: text(
      `${date.day} is in the future; enter today or an earlier day`,
      `${date.day} は未来の日付です。今日までの日付を入力してください`,
    ),
  };
};

/** Rejects dates in the future. @param now a UTC instant */
export function parseAnswer({ kind, choices = {} }: AnswerFormat, typed: string, now: string): ParsedAnswer {
  const value = typed.trim();
  if (kind === "date") return parseDateAnswer(value, now);
  if (kind === "choice") return parseChoiceAnswer(choices, value);
  if (kind === "phone" && !isTelephoneNumber(value))
    return { wrong: text(`"${value}" is not a telephone number`, `「${value}」は電話番号ではありません`) };
  return { value };
}

export const checkAnswer = (
  { question, value, at }: { readonly question: string; readonly value: string | null; readonly at: string },
  now: string,
): Text | undefined => {
  if (at > now) return text(`an answer cannot be dated in the future: ${at}`, `未来の日時は記録できません: ${at}`);
  // An answer can be withdrawn even if its question is no longer asked.
  if (value === null) return undefined;
  const form = QUESTIONS.get(question);
  if (form === undefined) return text(`there is no question "${question}"`, `「${question}」という質問はありません`);
  const read = parseAnswer(form, value, now);
  if ("wrong" in read) return read.wrong;
  if (read.value === value) return undefined;
  return text(`"${value}" must be written as "${read.value}"`, `「${value}」は「${read.value}」と書いてください`);
};

export const normaliseAnswer = (question: string, typed: string, now: string): string => {
  const form = QUESTIONS.get(question);
  const read = form && parseAnswer(form, typed, now);
  return read !== undefined && "value" in read ? read.value : typed;
};
