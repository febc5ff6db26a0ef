import { line, type CommandLine } from "../../advice/index.ts";
import { appliesTo, type ExpectedKind } from "../../model/applies.ts";
import { CONTENT_TOKEN_NAME, SERVER_TOKEN_NAME, toldByName } from "../../model/download-names.ts";
import { formOf, type QuestionName } from "../../model/question.ts";
import { text, type Text } from "../../text/index.ts";
import type { HandoverFacts, Renewal } from "./facts.ts";
import type { Item, ItemDraft } from "./item.ts";
import { knownWords, type Question } from "./question.ts";

/** What tells a thing at Apple from others of its kind. */
interface Mark {
  /** the question's name, whose subject is the renewal */
  readonly question: QuestionName;
  readonly label: Text;
  readonly wording: Text;
  /** what goes wrong where nobody knows it; a sentence without its end */
  readonly without: Text;
  /** the file of which `renewals edit --file` takes it, with what is to be known of that */
  readonly file: Text;
  readonly recorded: (facts: AppleFacts, renewal: RecordedRenewal) => string | null;
}

/** What the tenant holds itself of Apple's. */
type AppleFacts = Pick<HandoverFacts, "adeServer" | "vppTokens">;

/** What is recorded of a renewal that tells which one it is about. */
type RecordedRenewal = Pick<
  Renewal,
  "id" | "kind" | "name" | "topic" | "source" | "organisation" | "expiresAt" | "fingerprint"
>;

const isSameDate = (one: string | null, other: string | null): boolean =>
  one !== null && other !== null && Date.parse(one) === Date.parse(other);

/** By kind: what is renewed at Apple is one of several there. @see facts 3.3, 3.4, 3.5; seed 003, 8-1-1: a device's MDM server */
const MARKS = {
  "push-certificate": {
    question: "push-certificate.topic",
    label: text("topic", "トピック"),
    wording: text("What is the topic (UID) of the certificate in use?", "使用中の証明書のトピック(UID)は?"),
    without: text(
      "without it the wrong row may be renewed on the Apple Push Certificates Portal",
      "ないと、Apple Push Certificates Portal で別の行を更新するおそれがあります",
    ),
    file: text(
      "FILE is the certificate in use; without that file ask who renewed it last, before a row is chosen",
      "FILE は使用中の証明書。ファイルがない場合は、行を選ぶ前に、前回更新した人に確認してください",
    ),
    recorded: (_, { topic }) => topic,
  },
  "ade-token": {
    question: "apple-business.mdm-server",
    label: text("MDM server in Apple Business Manager", "Apple Business Manager の MDM サーバ名"),
    wording: text(
      "Which MDM server of Apple Business Manager is it the token of?",
      "Apple Business Manager のどの MDM サーバのトークンですか?",
    ),
    without: text(
      "without it the token of another server may be downloaded",
      "ないと、別の MDM サーバのトークンをダウンロードするおそれがあります",
    ),
    file: text(
      "FILE is the token downloaded last; download none for this, as a new one ends the one in use. Without that file look up an ADE device by its serial number in Apple Business Manager > デバイス: 「MDMサーバ」 names its server",
      "FILE は前回ダウンロードしたトークン。新しくダウンロードすると使用中のトークンが無効になるため、このためにダウンロードしないでください。ファイルがない場合は、Apple Business Manager の「デバイス」で ADE デバイスのシリアルナンバーを検索すると、「MDMサーバ」にサーバ名が表示されます",
    ),
    recorded: ({ adeServer }, { source, expiresAt }) =>
      toldByName(SERVER_TOKEN_NAME, source ?? "", "server") ??
      (isSameDate(adeServer?.tokenExpiresAt ?? null, expiresAt) ? (adeServer?.serverName ?? null) : null),
  },
  "vpp-token": {
    question: "apple-business.location",
    label: text("location in Apple Business Manager", "Apple Business Manager の場所"),
    wording: text(
      "Which location of Apple Business Manager is it the token of?",
      "Apple Business Manager のどの場所のトークンですか?",
    ),
    without: text(
      "without it the token of another location may be downloaded",
      "ないと、別の場所のトークンをダウンロードするおそれがあります",
    ),
    file: text(
      "FILE is the token downloaded last; without that file nothing here tells it: ask who downloaded it",
      "FILE は前回ダウンロードしたトークン。ファイルがない場合、ここでは分からないため、ダウンロードした人に確認してください",
    ),
    recorded: ({ vppTokens }, { source, fingerprint, organisation }) =>
      locationIn(source) ??
      vppTokens.find((token) => fingerprint !== null && token.fingerprint === fingerprint)?.location ??
      organisation,
  },
} as const satisfies Partial<Readonly<Record<ExpectedKind, Mark>>>;

type MarkedKind = keyof typeof MARKS;

/** Whether a kind's things are several at Apple, which somebody has to tell apart. */
export const isOneOfSeveral = (kind: Renewal["kind"]): kind is MarkedKind => Object.hasOwn(MARKS, kind);

/** Full-width letters are `_` in a file's name: of such a location nothing is left. */
const locationIn = (source: string | null): string | null => {
  const told = toldByName(CONTENT_TOKEN_NAME, source ?? "", "location");
  return told !== null && /[^_]/.test(told) ? told : null;
};

/** How it becomes known. */
const finding = ({ question, file }: Pick<Mark, "question" | "file">, { name }: Pick<Renewal, "name">): Text => {
  const edit = editingFile(name);
  const answer = line("handover answer", [question]);
  return text(`${edit} (${file.en}), or: ${answer}`, `${edit}(${file.ja})、または: ${answer}`);
};

const editingFile = (name: string): CommandLine => line("renewals edit", [name], { file: "FILE" });

/** Asks which one at Apple a renewal is about, where its kind has several. */
export function askWhich(draft: ItemDraft, renewal: Renewal): void {
  const { id, kind, name } = renewal;
  if (!isOneOfSeveral(kind) || appliesTo(draft.facts.tenant, kind).applies === false) return;
  const { question, label, wording, without, file, recorded }: Mark = MARKS[kind];
  draft.ask({
    id: question,
    subject: id,
    about: name,
    label,
    wording,
    recorded: recorded(draft.facts, renewal),
    recordedBy: () => editingFile(name),
    lacking: "which-one",
    told: {
      what: text(
        `not recorded: ${label.en} of ${name}; ${without.en}`,
        `未登録: 「${name}」の${/^\w/.test(label.ja) ? " " : ""}${label.ja}。${without.ja}`,
      ),
      mend: finding({ question, file }, renewal),
    },
  });
}

/** Which one at Apple a renewal is about, as label and value: by its record with an answer that differs, else as answered, else how it becomes known; undefined of other kinds. */
export function markOf(
  answers: HandoverFacts["answers"],
  renewal: RecordedRenewal,
): readonly [label: Text, value: Text] | undefined {
  const { id, kind } = renewal;
  if (!isOneOfSeveral(kind)) return undefined;
  const mark: Mark = MARKS[kind];
  const answer = answers.find(({ question, subject }) => question === mark.question && subject === id) ?? null;
  const { kind: form } = formOf(mark.question);
  const known = knownWords({ id: mark.question, kind: form, answer, recorded: mark.recorded(NONE_HELD, renewal) });
  if (known !== null) return [mark.label, known];
  const { en, ja } = finding(mark, renewal);
  return [mark.label, text(`not recorded: ${en}`, `未登録: ${ja}`)];
}

const NONE_HELD: AppleFacts = { adeServer: null, vppTokens: [] };

const isOf = (renewal: Pick<Renewal, "id" | "kind">, { id, subject }: Question): boolean =>
  isOneOfSeveral(renewal.kind) && subject === renewal.id && id === MARKS[renewal.kind].question;

/** Digits of a fingerprint that people compare. */
const DIGITS = 12;

/** What is known of which one at Apple a renewal is about. */
export const identityOf = (
  items: readonly Item[],
  renewal: Pick<Renewal, "id" | "kind" | "fingerprint">,
): readonly Text[] => {
  const marks = items
    .flatMap(({ questions }) => questions.filter((question) => isOf(renewal, question)))
    .flatMap(({ label, ...question }): readonly Text[] => {
      const known = knownWords(question);
      return known === null ? [] : [text(`${label.en}: ${known.en}`, `${label.ja}: ${known.ja}`)];
    });
  const { fingerprint } = renewal;
  if (fingerprint === null) return marks;
  const start = fingerprint.slice(0, DIGITS);
  return [...marks, text(`fingerprint: ${start}…`, `フィンガープリント: ${start}…`)];
};
