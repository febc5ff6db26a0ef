import { line, step, type CommandLine } from "../../advice/index.ts";
import type { AccountPrefix } from "../../model/question.ts";
import { RECORDED_FIELDS } from "../../model/renewal.ts";
import { joined, same, text, type Text } from "../../text/index.ts";
import type { HandoverFacts, Renewal } from "./facts.ts";
import type { Item, ItemDraft } from "./item.ts";
import { sharesWord } from "./people.ts";
import { completePhone, phoneIn, type Phone } from "./phone.ts";
import { valueOf, type Question } from "./question.ts";

/** An account at Apple or Google that has to be handed over. */
interface HandedAccount {
  /** the first part of its questions' names */
  readonly prefix: AccountPrefix;
  readonly what: Text;
  /** its name, where the tenant has it */
  readonly recorded: string | null;
  /** the renewal that has its name, where one has */
  readonly recordedIn?: Renewal | undefined;
  /** what is renewed with it, unless another account is recorded there: its phone is recorded with these */
  readonly renewals: readonly Renewal[];
  /** how a person's own is replaced by one of the company */
  readonly moving: Text;
}

/** What is told of an account where something is renewed with it, in this order. */
const TOLD = {
  holder: text("who signs in", "サインインする人"),
  phone: text("telephone for the 2-factor code", "認証コードを受け取る電話番号"),
  "phone-holder": text("who holds this phone, or where it is", "その電話を持っている人・置き場所"),
  "password-place": text("where the password is kept", "パスワードの保管場所"),
} as const satisfies Readonly<Record<string, Text>>;

const TOLD_NAMES = Object.keys(TOLD) as readonly (keyof typeof TOLD)[];

/** What records an answer with a renewal, by an option of `renewals edit`. */
export const editing = (
  renewal: Renewal | undefined,
  option: "account" | "expires" | "phone" | "phoneHolder",
): ((answered: string) => CommandLine) | undefined =>
  renewal === undefined ? undefined : (answered) => line("renewals edit", [renewal.name], { [option]: answered });

/** An account in a question: what it is, and its name as far as that is known. */
const asObject = (what: Text, account: string | null): Text => {
  const named = account === null ? what : text(`${what.en} (${account})`, `${what.ja}(${account})`);
  // a Japanese word follows it at once
  return text(named.en, /\w$/.test(named.ja) ? `${named.ja} ` : named.ja);
};

/** Asks for an account: which, who signs in, the phone that gets its code, and where the password is. @see facts 7.1; seed 002 */
export function askAccount(
  draft: ItemDraft,
  { prefix, what, recorded, recordedIn, renewals, moving }: HandedAccount,
): void {
  const mend = (question: string): CommandLine => line("handover answer", [`${prefix}.${question}`]);
  const account = draft.ask({
    id: `${prefix}.account`,
    label: text("account", "アカウント"),
    wording: text(`Which account is it (${what.en})?`, `どのアカウントですか?(${what.ja})`),
    recorded,
    recordedBy: editing(recordedIn, "account"),
  });
  const of = asObject(what, account);
  askCompany(draft, { prefix, what, moving, of });
  const holder = draft.ask({
    id: `${prefix}.holder`,
    label: TOLD.holder,
    wording: text(`Who signs in to ${of.en}?`, `${of.ja}にサインインしているのは誰ですか?`),
    yearly: true,
  });
  draft.held(holder, what, mend("holder"));
  draft.ask({
    id: `${prefix}.since`,
    label: text("since", "いつから"),
    wording: text(
      `Since when has the same person signed in to ${of.en}?`,
      `${of.ja}に、今の人がサインインするようになったのはいつからですか?`,
    ),
    required: false,
  });
  const own = renewals.filter((renewal) => isAbout(accountOf(draft.facts, prefix, renewal), account));
  const phone = askPhone(draft, { prefix, renewals: own, of });
  draft.ask({
    id: `${prefix}.password-place`,
    label: TOLD["password-place"],
    wording: text(
      `Where is the password of ${of.en} kept? The place, never the password itself`,
      `${of.ja}のパスワードはどこに保管していますか?(場所だけ。パスワード自体は書かないでください)`,
    ),
  });
  for (const renewal of own) findLacking(draft, renewal, { holder, phone });
}

function askCompany(
  draft: ItemDraft,
  { prefix, what, moving, of }: Pick<HandedAccount, "prefix" | "what" | "moving"> & { readonly of: Text },
): void {
  const company = draft.ask({
    id: `${prefix}.company`,
    label: text("an account of the company", "会社のアカウント"),
    wording: text(
      `Is ${of.en} an account of the company, made for this, and not a person's own?`,
      `${of.ja}は、個人のアカウントではなく、この用途のための会社のアカウントですか?`,
    ),
  });
  if (company === "no") {
    draft.gap(
      "personal-account",
      text(`${what.en} is a person's own`, `${what.ja}${/\w$/.test(what.ja) ? " " : ""}が個人のアカウントです`),
      step(`${moving.en}; then`, `${moving.ja}。その後`, line("handover answer", [`${prefix}.company`])),
    );
  }
}

/** Whether something is renewed with an account, as far as accounts are recorded. */
const isWith = ({ account: own }: Pick<Renewal, "account">, account: string | null): boolean =>
  own === null || account === null || sharesWord(own, account);

/** Finds the gap of a renewal that lacks what is known of its account: its list would not tell it. */
function findLacking(
  draft: ItemDraft,
  renewal: Renewal,
  { holder, phone }: { readonly holder: string | null; readonly phone: Phone },
): void {
  const { phoneHolder } = completePhone(renewal, phone);
  const lacking: Partial<Record<"phoneHolder" | "owner", string>> = {
    ...(renewal.phoneHolder === null && phoneHolder !== null && !draft.isLeaver(phoneHolder) && { phoneHolder }),
    ...(renewal.owner === null && holder !== null && { owner: holder }),
  };
  const known = Object.entries(lacking).map(([field, value]): Text => {
    const { en, ja } = RECORDED_FIELDS[field as keyof typeof lacking].label;
    return text(`${en} (known: ${value})`, `${ja}(わかっているもの: ${value})`);
  });
  if (known.length === 0) return;
  const { en, ja } = joined(known, text(", ", "、"));
  draft.gap(
    "renewal-lacks",
    text(
      `not recorded with the renewal ${renewal.name}, so that renewals list lacks it: ${en}`,
      `「${renewal.name}」の更新期限に登録がなく、renewals list に表示されません: ${ja}`,
    ),
    line("renewals edit", [renewal.name], { ...lacking, owner: lacking.owner === undefined ? undefined : "MAIL" }),
  );
}

/** Where the account is known from with which something is renewed: with the renewal itself, from an answer, or with what the tenant holds of Apple's. */
type AccountSource = "renewal" | "answer" | "held";

/** What is known of the account with which something is renewed. */
interface SignIn {
  readonly account: { readonly name: string; readonly source: AccountSource } | null;
  /** who signs in */
  readonly holder: string | null;
  readonly phone: string | null;
  readonly phoneHolder: string | null;
  /** what was answered, if it is another account than the one that is recorded with what is renewed; nothing else holds then */
  readonly other: string | null;
}

/** The first part of the names of an account's questions, by what is renewed with it. */
const PREFIXES: Partial<Readonly<Record<Renewal["kind"], AccountPrefix>>> = {
  "push-certificate": "push-certificate",
  "ade-token": "apple-business",
  "vpp-token": "apple-business",
  "android-owner": "android",
};

/** Whether people are asked about the account with which things of a kind are renewed. */
export const hasAccount = (kind: Renewal["kind"]): boolean => PREFIXES[kind] !== undefined;

/** The first part of the names of the questions about a renewal's account; undefined where none are asked. */
function prefixOf(
  { id, kind }: Pick<Renewal, "id" | "kind">,
  all: readonly Pick<Renewal, "id" | "kind">[],
): string | undefined {
  // of owners of Android Enterprise the first is asked about
  if (kind === "android-owner" && all.some((one) => one.kind === kind && one.id < id)) return undefined;
  return PREFIXES[kind];
}

/** Whether an account that was answered is one that is recorded with another thing of the same question: then both hold. */
const isOfAnother = (
  account: string | null,
  { id, kind }: Pick<Renewal, "id" | "kind">,
  all: readonly Pick<Renewal, "id" | "kind" | "account">[],
): boolean =>
  account !== null &&
  all.some(
    (one) =>
      one.id !== id &&
      PREFIXES[one.kind] === PREFIXES[kind] &&
      one.account !== null &&
      sharesWord(one.account, account),
  );

/** The renewal whose account a question is about: the one of what was answered, else the first that has one. */
export const accountIn = (
  { answers }: Pick<HandoverFacts, "answers">,
  prefix: string,
  renewals: readonly Renewal[],
): Renewal | undefined => {
  const said = answeredIn({ answers }, prefix);
  const named = renewals.filter(({ account }) => account !== null);
  return named.find(({ account }) => said !== null && sharesWord(account ?? "", said)) ?? named[0];
};

/** The account that is recorded with the certificate or token which the tenant holds, if that is what a renewal is about. */
const heldAccount = (
  { adeServer, pushCertificate }: HeldAtApple,
  { kind, expiresAt }: RenewalRecord,
): string | null => {
  const isOf = (other: string | null | undefined): boolean =>
    typeof other === "string" && expiresAt !== null && Date.parse(other) === Date.parse(expiresAt);
  if (kind === "ade-token" && isOf(adeServer?.tokenExpiresAt)) return adeServer?.adminId ?? null;
  if (kind === "push-certificate" && isOf(pushCertificate?.expiresAt)) return pushCertificate?.appleAccount ?? null;
  return null;
};

type HeldAtApple = Pick<HandoverFacts, "adeServer" | "pushCertificate">;
type RenewalRecord = Pick<Renewal, "id" | "kind" | "account" | "expiresAt">;

/**
 * Returns what the checklist knows of a renewal's account. Answers are about one account: they are not taken for those of a
 * renewal with another one, or with none that is known.
 */
export function signInOf(
  items: readonly Item[],
  renewal: RenewalRecord,
  { held, all }: { readonly held: HeldAtApple; readonly all: readonly RenewalRecord[] },
): SignIn {
  const own = renewal.account ?? heldAccount(held, renewal);
  const account =
    own === null ? null : { name: own, source: renewal.account === null ? ("held" as const) : ("renewal" as const) };
  const unknown: SignIn = { account, holder: null, phone: null, phoneHolder: null, other: null };
  const prefix = prefixOf(renewal, all);
  if (prefix === undefined) return unknown;
  const question = (name: string): Question | undefined =>
    items.flatMap(({ questions }) => questions).find(({ id, subject }) => id === `${prefix}.${name}` && subject === "");
  const known = (name: string): string | null => {
    const found = question(name);
    return found === undefined ? null : valueOf(found);
  };
  const answered = question("account")?.answer?.value ?? null;
  const asked = known("account");
  if (!isAbout(own ?? answered, asked)) {
    const differs = own !== null && answered !== null && !isOfAnother(answered, renewal, all);
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

/** Whether an account is the one that people are asked about; null: the account is not known. */
const isAbout = (account: string | null, asked: string | null): boolean =>
  asked === null || (account !== null && sharesWord(account, asked));

/** The account of a renewal: as recorded, else as answered of all that are renewed with one account. */
const accountOf = (
  facts: Pick<HandoverFacts, "answers" | "adeServer" | "pushCertificate">,
  prefix: string,
  renewal: RenewalRecord,
): string | null => renewal.account ?? heldAccount(facts, renewal) ?? answeredIn(facts, prefix);

/** The account that was answered. */
const answeredIn = ({ answers }: Pick<HandoverFacts, "answers">, prefix: string): string | null =>
  answers.find(({ question, subject }) => question === `${prefix}.account` && subject === "")?.value ?? null;

/** What people have answered of the account with which something is renewed, as label and value; that first where it is another than recorded. */
export function answeredOfAccount(
  answers: HandoverFacts["answers"],
  renewal: Pick<Renewal, "id" | "kind" | "account" | "phone" | "phoneHolder">,
  all: readonly Pick<Renewal, "id" | "kind" | "account">[],
): readonly (readonly [label: Text, value: Text])[] {
  const prefix = prefixOf(renewal, all);
  const said = (name: string): string | null =>
    answers.find(({ question, subject }) => question === `${prefix}.${name}` && subject === "")?.value ?? null;
  if (prefix === undefined) return [];
  const account = said("account");
  const isOther = !isWith(renewal, account);
  if (isOther && isOfAnother(account, renewal, all)) return [];
  const phone = completePhone(renewal, { phone: said("phone"), phoneHolder: said("phone-holder") });
  const values: Readonly<Record<keyof typeof TOLD, string | null>> = {
    holder: said("holder"),
    phone: renewal.phone === null ? phone.phone : null,
    "phone-holder": renewal.phoneHolder === null ? phone.phoneHolder : null,
    "password-place": said("password-place"),
  };
  const told = TOLD_NAMES.flatMap((name) => {
    const { [name]: value } = values;
    return value === null ? [] : [[TOLD[name], same(value)] as const];
  });
  if (account === null || (!isOther && renewal.account !== null)) return told;
  const value = isOther
    ? text(
        `${account} (not the one recorded: see which holds before you sign in: ${line("handover checklist", [])})`,
        `${account}(登録と異なります。サインインする前に、どちらが正しいか確認してください: ${line("handover checklist", [])})`,
      )
    : same(account);
  return [[text("account, as answered", "アカウント(回答)"), value], ...told];
}

function askPhone(
  draft: ItemDraft,
  { prefix, renewals, of }: Pick<HandedAccount, "prefix" | "renewals"> & { readonly of: Text },
): Phone {
  const { numberIn, holderIn } = phoneIn(renewals);
  const phone = draft.ask({
    id: `${prefix}.phone`,
    label: TOLD.phone,
    wording: text(
      `Which telephone number receives the 2-factor code (SMS) of ${of.en}?`,
      `${of.ja}の認証コード(2ファクタ認証の SMS)を受け取る電話番号は?`,
    ),
    recorded: numberIn?.phone,
    recordedBy: editing(numberIn, "phone"),
  });
  const phoneHolder = draft.ask({
    id: `${prefix}.phone-holder`,
    label: TOLD["phone-holder"],
    wording: text(
      `Who holds the phone for the 2-factor code of ${of.en}, or where is it?`,
      `${of.ja}の認証コードを受け取る電話を持っている人、または置き場所は?`,
    ),
    recorded: holderIn?.phoneHolder,
    recordedBy: editing(holderIn, "phoneHolder"),
    yearly: true,
  });
  draft.held(
    phoneHolder,
    text("the phone for the 2-factor code", "認証コードを受け取る電話"),
    line("handover answer", [`${prefix}.phone-holder`]),
  );
  draft.ask({
    id: `${prefix}.tried`,
    label: text("last sign-in with password and code", "パスワードと認証コードで最後にサインインできた日"),
    wording: text(
      `When did somebody last sign in to ${of.en} with password and code?`,
      `${of.ja}に、パスワードと認証コードで最後にサインインできたのはいつですか?`,
    ),
    yearly: true,
  });
  return { phone, phoneHolder };
}
