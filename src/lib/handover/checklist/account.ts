import { same, text, type Text } from "../../text/index.ts";
import { shownWord } from "../../text/shell-word.ts";
import type { Renewal } from "./facts.ts";
import type { ItemDraft } from "./item.ts";

/** An account at Apple or Google that has to be handed over. */
interface HandedAccount {
  /** the first part of its questions' names */
  readonly prefix: string;
  readonly what: Text;
  /** its name, where the tenant has it */
  readonly recorded: string | null;
  /** the renewal that has its name, where one has */
  readonly recordedIn?: Renewal | undefined;
  /** the renewal that has where the phone is */
  readonly phoneIn?: Renewal | undefined;
}

/** The command that changes what a renewal has. */
const editing = (renewal: Renewal | undefined, change: string): string | undefined =>
  renewal === undefined ? undefined : `clomoctl renewals edit ${shownWord(renewal.name)} ${change}`;

/** Asks for an account: which, who signs in, the phone that gets its code, and where the password is. @see facts 7.1; seed 002 */
export function askAccount(draft: ItemDraft, { prefix, what, recorded, recordedIn, phoneIn }: HandedAccount): void {
  const mend = (question: string): Text => same(`clomoctl handover answer ${prefix}.${question}`);
  draft.ask({
    id: `${prefix}.account`,
    label: text("account", "アカウント"),
    kind: "text",
    wording: text(`Which account is it (${what.en})?`, `どのアカウントですか?(${what.ja})`),
    recorded,
    recordedBy: editing(recordedIn, "--account ACCOUNT"),
  });
  const company = draft.ask({
    id: `${prefix}.company`,
    label: text("an account of the company", "会社のアカウント"),
    kind: "yes-no",
    wording: text(
      "Is it an account of the company, made for this, and not a person's own?",
      "個人のアカウントではなく、この用途のための会社のアカウントですか?",
    ),
  });
  if (company === "no") {
    draft.gap(
      "personal-account",
      text(`${what.en} is a person's own`, `${what.ja}が個人のアカウントです`),
      text(
        `move it to an account of the company, then: clomoctl handover answer ${prefix}.company`,
        `会社のアカウントへ移してから: clomoctl handover answer ${prefix}.company`,
      ),
    );
  }
  const holder = draft.ask({
    id: `${prefix}.holder`,
    label: text("who signs in", "サインインする人"),
    kind: "person",
    wording: text("Who signs in to it?", "サインインしているのは誰ですか?"),
    yearly: true,
  });
  draft.held(holder, what, mend("holder"));
  draft.ask({
    id: `${prefix}.since`,
    label: text("since", "いつから"),
    kind: "date",
    wording: text("Since when?", "いつからですか?"),
    required: false,
  });
  askPhone(draft, { prefix, phoneIn });
  draft.ask({
    id: `${prefix}.password-place`,
    label: text("where the password is kept", "パスワードの保管場所"),
    kind: "place",
    wording: text(
      "Where is its password kept? The place, never the password itself",
      "パスワードはどこに保管していますか?(場所だけ。パスワード自体は書かないでください)",
    ),
  });
}

function askPhone(draft: ItemDraft, { prefix, phoneIn }: Pick<HandedAccount, "prefix" | "phoneIn">): void {
  draft.ask({
    id: `${prefix}.phone`,
    label: text("telephone for the 2-factor code", "2ファクタ認証の電話番号"),
    kind: "phone",
    wording: text(
      "Which telephone number receives its 2-factor code (SMS)?",
      "2ファクタ認証の SMS を受け取る電話番号は?",
    ),
  });
  const phoneHolder = draft.ask({
    id: `${prefix}.phone-holder`,
    label: text("who holds this phone, or where it is", "その電話を持っている人・置き場所"),
    kind: "person",
    wording: text("Who holds this phone, or where is it?", "その電話を持っている人、または置き場所は?"),
    recorded: phoneIn?.phone,
    recordedBy: editing(phoneIn, "--phone WHERE"),
    yearly: true,
  });
  draft.held(
    phoneHolder,
    text("the phone for the 2-factor code", "認証コードを受け取る電話"),
    same(`clomoctl handover answer ${prefix}.phone-holder`),
  );
  draft.ask({
    id: `${prefix}.tried`,
    label: text("last sign-in with password and code", "パスワードと認証コードで最後にサインインできた日"),
    kind: "date",
    wording: text(
      "When did somebody last sign in with password and code?",
      "パスワードと認証コードで最後にサインインできたのはいつですか?",
    ),
    yearly: true,
  });
}
