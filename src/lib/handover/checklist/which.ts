import { line, type CommandLine } from "../../advice/index.ts";
import { determineApplicability, type ExpectedRenewalKind } from "../../model/applies.ts";
import {
  CONTENT_TOKEN_NAME_PATTERN,
  SERVER_TOKEN_NAME_PATTERN,
  parseFileNamePart,
} from "../../model/download-names.ts";
import { getAnswerFormat, type QuestionName } from "../../model/question.ts";
import { text, type Text } from "../../text/index.ts";
import type { HandoverFacts, Renewal } from "./facts.ts";
import type { ChecklistItem, ItemDraft } from "./item.ts";
import { describeKnownAnswer, type Question } from "./question.ts";

interface IdentityQuestion {
  /** name of the question; its subject is the renewal item */
  readonly question: QuestionName;
  readonly label: Text;
  readonly wording: Text;
  /** what may go wrong if nobody knows the answer; without final punctuation */
  readonly without: Text;
  /** the file from which `renewals edit --file` reads the answer, and what to know about this file */
  readonly file: Text;
  readonly recorded: (facts: AppleFacts, renewal: RecordedRenewal) => string | null;
}

type AppleFacts = Pick<HandoverFacts, "adeServer">;

type RecordedRenewal = Pick<
  Renewal,
  "id" | "kind" | "name" | "topic" | "source" | "organisation" | "expiresAt" | "fingerprint"
>;

const isSameDate = (one: string | null, other: string | null): boolean =>
  one !== null && other !== null && Date.parse(one) === Date.parse(other);

/**
 * The questions that identify a certificate or token, by the kind of renewal item. At Apple, there may be several of
 * each kind.
 * @see facts 3.3, 3.4, 3.5; seed 003, 8-1-1: a device's MDM server
 */
const IDENTITY_QUESTIONS = {
  "push-certificate": {
    question: "push-certificate.topic",
    label: text("topic", "トピック"),
    wording: text("What is the topic (UID) of the certificate in use?", "使用中の証明書のトピック(UID)は何ですか?"),
    without: text(
      "without the topic, the wrong row may be renewed on the Apple Push Certificates Portal",
      "トピックがわからないと、Apple Push Certificates Portal で別の行を更新するおそれがあります",
    ),
    file: text(
      "FILE is the certificate in use; without this file, do not choose a row before you have asked the person who last renewed the certificate",
      "FILE は使用中の証明書。ファイルがない場合は、行を選ぶ前に、前回更新した人に確認してください",
    ),
    recorded: (_, { topic }) => topic,
  },
  "ade-token": {
    question: "apple-business.mdm-server",
    label: text("MDM server in Apple Business Manager", "Apple Business Manager の MDM サーバ名"),
    wording: text(
      "Which MDM server in Apple Business Manager does the token belong to?",
      "Apple Business Manager のどの MDM サーバのトークンですか?",
    ),
    without: text(
      "without the server name, the token of another server may be downloaded",
      "サーバ名がわからないと、別の MDM サーバのトークンをダウンロードするおそれがあります",
    ),
    file: text(
      "FILE is the token downloaded last; do not download a new token for this, because it invalidates the token in use. Without this file, look up an ADE device by its serial number in Apple Business Manager > デバイス: 「MDMサーバ」 shows the name of its server",
      "FILE は前回ダウンロードしたトークン。新しくダウンロードすると使用中のトークンが無効になるため、このためにダウンロードしないでください。ファイルがない場合は、Apple Business Manager の「デバイス」で ADE デバイスのシリアルナンバーを検索すると、「MDMサーバ」にサーバ名が表示されます",
    ),
    recorded: ({ adeServer }, { source, expiresAt }) =>
      parseFileNamePart(SERVER_TOKEN_NAME_PATTERN, source ?? "", "server") ??
      (isSameDate(adeServer?.tokenExpiresAt ?? null, expiresAt) ? (adeServer?.serverName ?? null) : null),
  },
  "vpp-token": {
    question: "apple-business.location",
    label: text("location in Apple Business Manager", "Apple Business Manager の場所"),
    wording: text(
      "Which location in Apple Business Manager does the token belong to?",
      "Apple Business Manager のどの場所のトークンですか?",
    ),
    without: text(
      "without the location, the token of another location may be downloaded",
      "場所がわからないと、別の場所のトークンをダウンロードするおそれがあります",
    ),
    file: text(
      "FILE is the token downloaded last; without this file, clomoctl cannot determine the location: ask the person who downloaded the token",
      "FILE は前回ダウンロードしたトークン。ファイルがない場合、clomoctl では場所がわからないため、ダウンロードした人に確認してください",
    ),
    recorded: (_, { source, organisation }) => parseLocation(source) ?? organisation,
  },
} as const satisfies Partial<Readonly<Record<ExpectedRenewalKind, IdentityQuestion>>>;

type IdentifiedKind = keyof typeof IDENTITY_QUESTIONS;

/** Returns true if Apple may have several certificates or tokens of a kind, so that a question must identify one. */
export const hasIdentityQuestion = (kind: Renewal["kind"]): kind is IdentifiedKind =>
  Object.hasOwn(IDENTITY_QUESTIONS, kind);

/**
 * Returns the location from the name of a token file; null if there is none. A location that consists of full-width
 * letters is lost, because the file name contains `_` in place of these letters.
 */
const parseLocation = (source: string | null): string | null => {
  const told = parseFileNamePart(CONTENT_TOKEN_NAME_PATTERN, source ?? "", "location");
  return told !== null && /[^_]/.test(told) ? told : null;
};

const describeIdentityLookup = (
  { question, file }: Pick<IdentityQuestion, "question" | "file">,
  { name }: Pick<Renewal, "name">,
): Text => {
  const edit = buildEditFileCommand(name);
  const answer = line("handover answer", [question]);
  return text(`${edit} (${file.en}), or: ${answer}`, `${edit}(${file.ja})、または: ${answer}`);
};

const buildEditFileCommand = (name: string): CommandLine => line("renewals renew", [name, "FILE"]);

/** Asks which certificate or token at Apple a renewal item is about, if there may be several of its kind. */
export function askIdentity(draft: ItemDraft, renewal: Renewal): void {
  const { id, kind, name } = renewal;
  if (!hasIdentityQuestion(kind) || determineApplicability(draft.facts.tenant, kind).applies === false) return;
  const { question, label, wording, without, file, recorded }: IdentityQuestion = IDENTITY_QUESTIONS[kind];
  draft.ask({
    id: question,
    subject: id,
    about: name,
    label,
    wording,
    recorded: recorded(draft.facts, renewal),
    lacking: "which-one",
    told: {
      what: text(
        `not recorded: ${label.en} of ${name}; ${without.en}`,
        `未登録: 「${name}」の${/^\w/.test(label.ja) ? " " : ""}${label.ja}。${without.ja}`,
      ),
      mend: describeIdentityLookup({ question, file }, renewal),
    },
  });
}

/**
 * Returns the answer that identifies the certificate or token of a renewal item, as label and value: the recorded value
 * (and an answer that differs), otherwise the answer, otherwise how to find it out. Returns undefined for a kind
 * without such a question.
 */
export function findIdentity(
  answers: HandoverFacts["answers"],
  renewal: RecordedRenewal,
): readonly [label: Text, value: Text] | undefined {
  const { id, kind } = renewal;
  if (!hasIdentityQuestion(kind)) return undefined;
  const mark: IdentityQuestion = IDENTITY_QUESTIONS[kind];
  const answer = answers.find(({ question, subject }) => question === mark.question && subject === id) ?? null;
  const { kind: form } = getAnswerFormat(mark.question);
  const known = describeKnownAnswer({
    id: mark.question,
    kind: form,
    answer,
    recorded: mark.recorded(NO_APPLE_FACTS, renewal),
  });
  if (known !== null) return [mark.label, known];
  const { en, ja } = describeIdentityLookup(mark, renewal);
  return [mark.label, text(`not recorded: ${en}`, `未登録: ${ja}`)];
}

const NO_APPLE_FACTS: AppleFacts = { adeServer: null };

const isIdentityQuestionFor = (renewal: Pick<Renewal, "id" | "kind">, { id, subject }: Question): boolean =>
  hasIdentityQuestion(renewal.kind) && subject === renewal.id && id === IDENTITY_QUESTIONS[renewal.kind].question;

const SHOWN_FINGERPRINT_DIGITS = 12;

/** Returns what is known about which certificate or token a renewal item is about, one text per fact. */
export const describeIdentity = (
  items: readonly ChecklistItem[],
  renewal: Pick<Renewal, "id" | "kind" | "fingerprint">,
): readonly Text[] => {
  const marks = items
    .flatMap(({ questions }) => questions.filter((question) => isIdentityQuestionFor(renewal, question)))
    .flatMap(({ label, ...question }): readonly Text[] => {
      const known = describeKnownAnswer(question);
      return known === null ? [] : [text(`${label.en}: ${known.en}`, `${label.ja}: ${known.ja}`)];
    });
  const { fingerprint } = renewal;
  if (fingerprint === null) return marks;
  const start = fingerprint.slice(0, SHOWN_FINGERPRINT_DIGITS);
  return [...marks, text(`fingerprint: ${start}…`, `フィンガープリント: ${start}…`)];
};
