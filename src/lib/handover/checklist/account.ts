import { line, step, type CommandLine } from "../../advice/index.ts";
import type { AccountPrefix } from "../../model/question.ts";
import { same, addSpaceAfterLatin, text, type Text } from "../../text/index.ts";
import type { HandoverFacts, Renewal } from "./facts.ts";
import type { ChecklistItem, ItemDraft } from "./item.ts";
import { sharesWord } from "./people.ts";
import { completePhone, findPhoneRenewals } from "./phone.ts";
import { getCurrentValue, type Question } from "./question.ts";

/** An account at Apple or Google that must be handed over. */
interface ExternalAccount {
  /** the first part of the names of the questions about the account */
  readonly prefix: AccountPrefix;
  readonly what: Text;
  readonly recorded: string | null;
  /** what is renewed with the account; these items record the account's phone, unless they have another account */
  readonly renewals: readonly Renewal[];
  /** how to replace a personal account with a company account */
  readonly moving: Text;
}

const ACCOUNT_LABELS = {
  holder: text("person who signs in", "サインインする人"),
  phone: text("telephone number for the 2-factor code", "認証コードを受け取る電話番号"),
  "phone-holder": text("who holds this phone, or where it is kept", "その電話を持っている人・置き場所"),
  "password-place": text("where the password is kept", "パスワードの保管場所"),
} as const satisfies Readonly<Record<string, Text>>;

const ACCOUNT_LABEL_NAMES = Object.keys(ACCOUNT_LABELS) as readonly (keyof typeof ACCOUNT_LABELS)[];

const describeAccount = (what: Text, account: string | null): Text => {
  const named = account === null ? what : text(`${what.en} (${account})`, `${what.ja}(${account})`);
  return text(named.en, addSpaceAfterLatin(named.ja));
};

/**
 * Asks for the account, who signs in with it, which phone receives the code, and where the password is kept. @see facts
 * 7.1; seed 002
 */
export function askAccount(draft: ItemDraft, { prefix, what, recorded, renewals, moving }: ExternalAccount): void {
  const mend = (question: string): CommandLine => line("handover answer", [`${prefix}.${question}`]);
  const account = draft.ask({
    id: `${prefix}.account`,
    label: text("account", "アカウント"),
    wording: text(`What is the name of ${what.en}?`, `どのアカウントですか?(${what.ja})`),
    recorded,
  });
  const of = describeAccount(what, account);
  askCompanyAccount(draft, { prefix, what, moving, of });
  const holder = draft.ask({
    id: `${prefix}.holder`,
    label: ACCOUNT_LABELS.holder,
    wording: text(`Who signs in to ${of.en}?`, `${of.ja}にサインインしているのはだれですか?`),
    yearly: true,
  });
  draft.held(holder, what, mend("holder"));
  draft.ask({
    id: `${prefix}.since`,
    label: text("signing in since", "いつから"),
    wording: text(
      `When did the current person start signing in to ${of.en}?`,
      `${of.ja}に、今の人がサインインするようになったのはいつからですか?`,
    ),
    required: false,
  });
  const own = renewals.filter((renewal) =>
    matchesAccount(resolveRenewalAccount(draft.facts, prefix, renewal), account),
  );
  askPhone(draft, { prefix, renewals: own, of });
  draft.ask({
    id: `${prefix}.password-place`,
    label: ACCOUNT_LABELS["password-place"],
    wording: text(
      `Where is the password of ${of.en} kept? Write only the place, never the password itself`,
      `${of.ja}のパスワードはどこに保管していますか?(場所だけ。パスワード自体は書かないでください)`,
    ),
  });
}

function askCompanyAccount(
  draft: ItemDraft,
  { prefix, what, moving, of }: Pick<ExternalAccount, "prefix" | "what" | "moving"> & { readonly of: Text },
): void {
  const company = draft.ask({
    id: `${prefix}.company`,
    label: text("company account", "会社のアカウント"),
    wording: text(
      `Is ${of.en} a company account that was created for this purpose, and not a personal account?`,
      `${of.ja}は、個人のアカウントではなく、この用途のための会社のアカウントですか?`,
    ),
  });
  if (company === "no") {
    draft.gap(
      "personal-account",
      text(`${what.en} is a personal account`, `${what.ja}${/\w$/.test(what.ja) ? " " : ""}が個人のアカウントです`),
      step(
        `${moving.en}; then update the answer`,
        `${moving.ja}。その後、回答を更新`,
        line("handover answer", [`${prefix}.company`]),
      ),
    );
  }
}

const isRenewedWith = ({ account: own }: Pick<Renewal, "account">, account: string | null): boolean =>
  own === null || account === null || sharesWord(own, account);

/**
 * The source from which the account of a renewal item is known: the renewal item itself, an answer, or the certificate
 * or token from Apple that is recorded in the tenant (`held`).
 */
type AccountSource = "renewal" | "answer" | "held";

interface SignInDetails {
  readonly account: { readonly name: string; readonly source: AccountSource } | null;
  /** person who signs in */
  readonly holder: string | null;
  readonly phone: string | null;
  readonly phoneHolder: string | null;
  /**
   * account in the answer, if a different account is recorded in the renewal item; the other answers then do not apply
   */
  readonly other: string | null;
}

const ACCOUNT_PREFIXES: Partial<Readonly<Record<Renewal["kind"], AccountPrefix>>> = {
  "push-certificate": "push-certificate",
  "ade-token": "apple-business",
  "vpp-token": "apple-business",
  "android-owner": "android",
};

export const hasAccountQuestions = (kind: Renewal["kind"]): boolean => ACCOUNT_PREFIXES[kind] !== undefined;

function getQuestionPrefix(
  { id, kind }: Pick<Renewal, "id" | "kind">,
  all: readonly Pick<Renewal, "id" | "kind">[],
): string | undefined {
  // if there are several owners of Android Enterprise, the questions are about the first owner
  if (kind === "android-owner" && all.some((one) => one.kind === kind && one.id < id)) return undefined;
  return ACCOUNT_PREFIXES[kind];
}

/**
 * Returns true if the account in the answer is recorded for another item to which the same question applies. In that
 * case, both the answer and the recorded account are correct.
 */
const isAccountOfAnotherItem = (
  account: string | null,
  { id, kind }: Pick<Renewal, "id" | "kind">,
  all: readonly Pick<Renewal, "id" | "kind" | "account">[],
): boolean =>
  account !== null &&
  all.some(
    (one) =>
      one.id !== id &&
      ACCOUNT_PREFIXES[one.kind] === ACCOUNT_PREFIXES[kind] &&
      one.account !== null &&
      sharesWord(one.account, account),
  );

/**
 * Returns the item that a question is about: the item with the account in the answer or, if there is no such item, the
 * first item with an account.
 */
export const findRenewalWithAccount = (
  { answers }: Pick<HandoverFacts, "answers">,
  prefix: string,
  renewals: readonly Renewal[],
): Renewal | undefined => {
  const said = getAnsweredAccount({ answers }, prefix);
  const named = renewals.filter(({ account }) => account !== null);
  return named.find(({ account }) => said !== null && sharesWord(account ?? "", said)) ?? named[0];
};

/** Returns the account recorded with the server token that a renewal item is about; otherwise null. */
const findAppleAccount = ({ adeServer }: AppleAccountFacts, { kind, expiresAt }: RenewalRecord): string | null => {
  const { tokenExpiresAt = null, adminId = null } = adeServer ?? {};
  if (kind !== "ade-token" || tokenExpiresAt === null || expiresAt === null) return null;
  return Date.parse(tokenExpiresAt) === Date.parse(expiresAt) ? adminId : null;
};

type AppleAccountFacts = Pick<HandoverFacts, "adeServer">;
type RenewalRecord = Pick<Renewal, "id" | "kind" | "account" | "expiresAt">;

/**
 * Returns what the checklist knows about the account of a renewal item. Answers are about one account, so they are not
 * used for an item that has a different account or no known account.
 */
export function getSignInDetails(
  items: readonly ChecklistItem[],
  renewal: RenewalRecord,
  { held, all }: { readonly held: AppleAccountFacts; readonly all: readonly RenewalRecord[] },
): SignInDetails {
  const own = renewal.account ?? findAppleAccount(held, renewal);
  const account =
    own === null ? null : { name: own, source: renewal.account === null ? ("held" as const) : ("renewal" as const) };
  const unknown: SignInDetails = { account, holder: null, phone: null, phoneHolder: null, other: null };
  const prefix = getQuestionPrefix(renewal, all);
  if (prefix === undefined) return unknown;
  const question = (name: string): Question | undefined =>
    items.flatMap(({ questions }) => questions).find(({ id, subject }) => id === `${prefix}.${name}` && subject === "");
  const known = (name: string): string | null => {
    const found = question(name);
    return found === undefined ? null : getCurrentValue(found);
  };
  const answered = question("account")?.answer?.value ?? null;
  const asked = known("account");
  if (!matchesAccount(own ?? answered, asked)) {
    const differs = own !== null && answered !== null && !isAccountOfAnotherItem(answered, renewal, all);
    return { ...unknown, other: differs ? answered : null };
  }
  return {
    account: account ?? (answered === null ? null : { name: answered, source: "answer" }),
    holder: known("holder"),
    phone: known("phone"),
    phoneHolder: known("phone-holder"),
    other: null,
  };
}

/** Returns true if an account is the one asked about, or if `asked` is not known.  @param account null: not known */
const matchesAccount = (account: string | null, asked: string | null): boolean =>
  asked === null || (account !== null && sharesWord(account, asked));

const resolveRenewalAccount = (
  facts: Pick<HandoverFacts, "answers" | "adeServer">,
  prefix: string,
  renewal: RenewalRecord,
): string | null => renewal.account ?? findAppleAccount(facts, renewal) ?? getAnsweredAccount(facts, prefix);

const getAnsweredAccount = ({ answers }: Pick<HandoverFacts, "answers">, prefix: string): string | null =>
  answers.find(({ question, subject }) => question === `${prefix}.account` && subject === "")?.value ?? null;

/**
 * Returns the labels and values of the answers about the account of an item. If the recorded account differs from the
 * account in the answer, the latter comes first.
 */
export function listAccountAnswers(
  answers: HandoverFacts["answers"],
  renewal: Pick<Renewal, "id" | "kind" | "account" | "phone" | "phoneHolder">,
  all: readonly Pick<Renewal, "id" | "kind" | "account">[],
): readonly (readonly [label: Text, value: Text])[] {
  const prefix = getQuestionPrefix(renewal, all);
  const said = (name: string): string | null =>
    answers.find(({ question, subject }) => question === `${prefix}.${name}` && subject === "")?.value ?? null;
  if (prefix === undefined) return [];
  const account = said("account");
  const isOther = !isRenewedWith(renewal, account);
  if (isOther && isAccountOfAnotherItem(account, renewal, all)) return [];
  const phone = completePhone(renewal, { phone: said("phone"), phoneHolder: said("phone-holder") });
  const values: Readonly<Record<keyof typeof ACCOUNT_LABELS, string | null>> = {
    holder: said("holder"),
    phone: renewal.phone === null ? phone.phone : null,
    "phone-holder": renewal.phoneHolder === null ? phone.phoneHolder : null,
    "password-place": said("password-place"),
  };
  const told = ACCOUNT_LABEL_NAMES.flatMap((name) => {
    const { [name]: value } = values;
    return value === null ? [] : [[ACCOUNT_LABELS[name], same(value)] as const];
  });
  if (account === null || (!isOther && renewal.account !== null)) return told;
  const value = isOther
    ? text(
        `${account} (differs from the recorded account; before you sign in, check which is correct: ${line("handover checklist", [])})`,
        `${account}(登録と異なります。サインインする前に、どちらが正しいか確認してください: ${line("handover checklist", [])})`,
      )
    : same(account);
  return [[text("account (from an answer)", "アカウント(回答)"), value], ...told];
}

function askPhone(
  draft: ItemDraft,
  { prefix, renewals, of }: Pick<ExternalAccount, "prefix" | "renewals"> & { readonly of: Text },
): void {
  const { numberIn, holderIn } = findPhoneRenewals(renewals);
  draft.ask({
    id: `${prefix}.phone`,
    label: ACCOUNT_LABELS.phone,
    wording: text(
      `Which telephone number receives the 2-factor code (SMS) for ${of.en}?`,
      `${of.ja}の認証コード(2ファクタ認証の SMS)を受け取る電話番号は何番ですか?`,
    ),
    recorded: numberIn?.phone,
  });
  const phoneHolder = draft.ask({
    id: `${prefix}.phone-holder`,
    label: ACCOUNT_LABELS["phone-holder"],
    wording: text(
      `Who holds the phone that receives the 2-factor code for ${of.en}, or where is the phone kept?`,
      `${of.ja}の認証コードを受け取る電話は、だれが持っていますか?または、どこに置いてありますか?`,
    ),
    recorded: holderIn?.phoneHolder,
    yearly: true,
  });
  draft.held(
    phoneHolder,
    text("the phone that receives the 2-factor code", "認証コードを受け取る電話"),
    line("handover answer", [`${prefix}.phone-holder`]),
  );
  draft.ask({
    id: `${prefix}.tried`,
    label: text(
      "last successful sign-in with the password and the 2-factor code",
      "パスワードと認証コードで最後にサインインできた日",
    ),
    wording: text(
      `When did someone last successfully sign in to ${of.en} with the password and the 2-factor code?`,
      `${of.ja}に、パスワードと認証コードで最後にサインインできたのはいつですか?`,
    ),
    yearly: true,
  });
}
