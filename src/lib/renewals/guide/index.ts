import { RECORDED_FIELDS, RENEWAL_KINDS, type RenewalItem, type RenewalKind } from "../../model/renewal.ts";
import { line } from "../../advice/line.ts";
import { joined, same, text, type Text } from "../../text/index.ts";
import { WHAT_STOPS } from "../consequences.ts";
import { stateOf } from "../download.ts";
import { adeTokenSteps } from "./ade-token.ts";
import { agentBuildSteps, agentProfileSteps, agentPushSteps } from "./agent-enterprise.ts";
import { androidOwnerSteps } from "./android-owner.ts";
import { ownSteps, type Own } from "./own.ts";
import { certificateSteps, customSteps, deviceCertificateSteps } from "./other.ts";
import { pushCertificateSteps } from "./push-certificate.ts";
import { FEW_TOLD, NOTICES, oldFile, recordStep, type Step, type StepsOf } from "./step.ts";
import { vppTokenSteps } from "./vpp-token.ts";

const STEPS: Readonly<Record<RenewalKind, StepsOf>> = {
  "push-certificate": pushCertificateSteps,
  "ade-token": adeTokenSteps,
  "vpp-token": vppTokenSteps,
  "android-owner": androidOwnerSteps,
  "agent-build-certificate": agentBuildSteps,
  "agent-push-certificate": agentPushSteps,
  "agent-profile": agentProfileSteps,
  "device-certificate": deviceCertificateSteps,
  certificate: certificateSteps,
  custom: customSteps,
};

/** What a guide repeats of the record. */
const FACTS = ["organisation", "owner", "account", "phone", "phoneHolder", "topic"] as const;

/** How an item is renewed. */
export interface Guide {
  readonly kind: RenewalKind;
  readonly title: Text;
  /** what stops without it, and what is recorded of it, as label and value */
  readonly facts: readonly (readonly [label: Text, value: Text])[];
  readonly steps: readonly Step[];
  /** the tenant holds it itself: its commands record the renewal */
  readonly own: boolean;
}

/** Whose a thing is, and what is to be known of it. */
export interface Holding {
  /** the recorded file is not here: what to do instead, where a step compares with it */
  readonly elsewhere?: Text | undefined;
  /** what the tenant holds itself; absent: CLOMO has it, or somebody else */
  readonly own?: Own | undefined;
  /** to be known before anything else */
  readonly first?: Text | undefined;
  /** a kind is asked about of which several are recorded: the commands that show the guide of each */
  readonly several?: readonly string[] | undefined;
  /** what else is known of it, as label and value; it stands for the recorded field of the same label */
  readonly known?: readonly (readonly [label: Text, value: Text])[] | undefined;
}

/**
 * The guide for a kind of thing, or for one that is recorded.
 *
 * @param expiresOn the calendar day it expires on, in the tenant's zone
 */
export function guideOf(
  kind: RenewalKind,
  known: RenewalItem | null,
  expiresOn: string | null,
  { own, first, elsewhere, several, known: more = [] }: Holding = {},
): Guide {
  const name = RENEWAL_KINDS[kind];
  const what = known === null ? name : text(`${name.en}: ${known.name}`, `${name.ja}: ${known.name}`);
  const facts: readonly (readonly [Text, Text | string | null | undefined])[] = [
    [text("expires on", "期限"), expiresOn],
    [text("held by", "保持しているもの"), own === undefined ? null : THIS_TENANT],
    [text("once expired", "期限が切れると"), own === undefined ? WHAT_STOPS[kind] : whatStopsHere(own)],
    ...FACTS.map((field) => {
      const label = labelOf(field, kind);
      return more.find(([told]) => told.en === label.en) ?? ([label, known?.[field]] as const);
    }),
    ...more.filter(([told]) => !FACTS.some((field) => labelOf(field, kind).en === told.en)),
  ];
  const steps =
    own === undefined
      ? [
          ...fromUpload(STEPS[kind](known), known, expiresOn),
          ...(FEW_TOLD.has(kind) ? [NOTICES] : []),
          recordStep(kind, known, several !== undefined),
        ]
      : ownSteps(own, known);
  const compares = steps.some(({ check }) => check?.en.includes(`--current ${oldFile(null)} `) === true);
  return {
    kind,
    title: text(`How to renew: ${what.en}`, `更新の手順: ${what.ja}`),
    facts: facts.flatMap(([label, value]) =>
      (value ?? "") === "" ? [] : [[label, typeof value === "string" ? same(value) : (value ?? same(""))] as const],
    ),
    steps: [
      ...(first === undefined ? [] : [{ id: "first", what: first }]),
      ...(several === undefined ? [] : [{ id: "several", what: severalRecorded(several) }]),
      ...(elsewhere !== undefined && compares ? [{ id: "elsewhere", what: elsewhere }] : []),
      ...steps,
    ],
    own: own !== undefined,
  };
}

/** The steps that are left: of an item whose renewed file was downloaded already those from the upload on. */
function fromUpload(steps: readonly Step[], known: RenewalItem | null, expiresOn: string | null): readonly Step[] {
  const start = steps.findIndex(({ beginsUpload }) => beginsUpload);
  const [upload, ...others] = steps.slice(start);
  if (known === null || stateOf(known) === "current" || start === -1 || upload === undefined) return steps;
  return [{ ...upload, what: joined([downloadedAlready(known, expiresOn), upload.what], text(" ", "")) }, ...others];
}

function downloadedAlready(known: RenewalItem, expiresOn: string | null): Text {
  const { name, downloadedSource } = known;
  const [en, ja] = downloadedSource === null ? ["", ""] : [` (${downloadedSource})`, `(${downloadedSource})`];
  // it may be recorded although something of it could not be compared
  const verify = line("renewals verify", [], { current: known.source ?? "OLD", new: downloadedSource ?? "NEW" });
  const drop = line("renewals edit", [name], { expires: expiresOn ?? "DATE" });
  return text(
    `The renewed file was downloaded already${en}. Check it first, and all that is listed as left to check: ${verify}. If it can replace the one in use, upload it, and do not renew again. If it is lost or the wrong one, drop it from the record and show this guide again: ${drop}.`,
    `更新ファイル${ja}はダウンロード済みです。まず、そのファイルで更新できるかを調べ、「確かめれば」とされた項目も確かめてください: ${verify} 。更新できるファイルなら、もう一度更新せず、それをアップロードしてください。ファイルを失った場合や違うファイルだった場合は、記録から外してからこの手順をもう一度表示してください: ${drop} 。`,
  );
}

/** What a recorded field is called: of a content token its organisation is one at Apple. */
const labelOf = (field: (typeof FACTS)[number], kind: RenewalKind): Text =>
  field === "organisation" && kind === "vpp-token"
    ? text("organisation at Apple", "Apple 側の組織名")
    : RECORDED_FIELDS[field].label;

const severalRecorded = (lines: readonly string[]): Text => {
  const all = lines.join(", ");
  return text(
    `Several are recorded, each with its own date and account: ${all}`,
    `複数登録されています。期限やアカウントはそれぞれの手順で確認してください: ${all}`,
  );
};

const THIS_TENANT = text(
  "this tenant of clomoctl itself, not CLOMO",
  "clomoctl のこのテナント自身(CLOMO ではありません)",
);

const whatStopsHere = ({ kind, simulator }: Own): Text | null => {
  if (simulator !== null) return text("nothing but the rehearsal", "練習だけが止まります");
  return kind === "ade-token"
    ? text(
        "this tenant can no longer fetch devices from Apple",
        "このテナントが Apple からデバイスの情報を取得できなくなります",
      )
    : WHAT_STOPS[kind];
};

export type { Step } from "./step.ts";
