import { REQUEST_FILE } from "../../model/ade.ts";
import { RECORDED_FIELDS, RENEWAL_KINDS, type RenewalItem, type RenewalKind } from "../../model/renewal.ts";
import { line } from "../../advice/index.ts";
import { joined, same, text, type Text } from "../../text/index.ts";
import { WHAT_STOPS } from "../consequences.ts";
import { stateOf } from "../download.ts";
import { accountOf, comparesUnknownFile, phoneOf, PUSH_CERTIFICATE_FILE, recordFacts, verifyLine } from "./facts.ts";
import { fillGuide, type FilledGuide } from "./fill.ts";
import { ownGuide, type OwnHolding } from "./own.ts";
import type { Step } from "./step.ts";

/** What every guide of an item may name. */
interface ItemFacts {
  readonly item: Text;
  readonly account: Text;
  readonly phone: Text;
  readonly topic: Text | null;
  readonly verify: Text;
}

const agentGuide =
  (of: "build" | "push" | "profile", part: Text) =>
  (facts: ItemFacts): FilledGuide =>
    fillGuide("agent-enterprise", {
      ...facts,
      part,
      build: of === "build",
      push: of === "push",
      profile: of === "profile",
    });

const KIND_GUIDES: Readonly<Record<RenewalKind, (facts: ItemFacts) => FilledGuide>> = {
  "push-certificate": (facts) => fillGuide("push-certificate", facts),
  "ade-token": (facts) => fillGuide("ade-token", facts),
  "vpp-token": (facts) => fillGuide("vpp-token", facts),
  "android-owner": (facts) => fillGuide("android-owner", facts),
  "agent-build-certificate": agentGuide("build", text("build certificate", "ビルド用証明書")),
  "agent-push-certificate": agentGuide("push", text("push certificate", "プッシュ通知用証明書")),
  "agent-profile": agentGuide("profile", text("provisioning profile", "プロビジョニングプロファイル")),
  "device-certificate": (facts) => fillGuide("device-certificate", facts),
  certificate: (facts) => fillGuide("certificate", facts),
  custom: (facts) => fillGuide("custom", facts),
};

/** What CLOMO itself sends mails about. @see facts 3.2 */
const WITH_MAILS: ReadonlySet<RenewalKind> = new Set(["push-certificate", "ade-token", "vpp-token"]);

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
export interface GuideFacts {
  /** the recorded file is not here: what to do instead, where a step compares with it */
  readonly elsewhere?: Text | undefined;
  /** what the tenant holds itself; absent: CLOMO has it, or somebody else */
  readonly own?: OwnHolding | undefined;
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
  { own, first, elsewhere, several, known: more = [] }: GuideFacts = {},
): Guide {
  const name = RENEWAL_KINDS[kind];
  const what = known === null ? name : text(`${name.en}: ${known.name}`, `${name.ja}: ${known.name}`);
  const guide = own === undefined ? KIND_GUIDES[kind](itemFacts(kind, known, what)) : ownGuide(own, known, what);
  const around = fillGuide("every-renewal", {
    several: several === undefined ? null : same(several.join(", ")),
    mails: WITH_MAILS.has(kind),
    ...recordFacts(kind, known, several !== undefined),
  }).steps;
  const isBefore = ({ id }: Step): boolean => id === "several";
  const steps =
    own === undefined
      ? [...fromUpload(guide.steps, known, expiresOn), ...around.filter((step) => !isBefore(step))]
      : guide.steps;
  const compares = steps.some(({ check }) => comparesUnknownFile(check));
  return {
    kind,
    title: guide.title,
    facts: [...factsOf(kind, known, expiresOn, { own, known: more }), ...guide.facts],
    steps: [
      ...(first === undefined ? [] : [{ id: "first", what: first }]),
      ...around.filter(isBefore),
      ...(elsewhere !== undefined && compares ? [{ id: "elsewhere", what: elsewhere }] : []),
      ...steps,
    ],
    own: own !== undefined,
  };
}

const itemFacts = (kind: RenewalKind, known: RenewalItem | null, item: Text): ItemFacts => {
  const topic = known?.topic ?? null;
  const files = kind === "push-certificate" ? { new: PUSH_CERTIFICATE_FILE, csr: REQUEST_FILE } : { new: "NEW" };
  return {
    item,
    account: accountOf(kind, known),
    phone: phoneOf(known),
    topic: topic === null ? null : same(topic),
    verify: same(verifyLine(known, files)),
  };
};

/** Returns what stops without an item, and what is recorded of it. */
function factsOf(
  kind: RenewalKind,
  known: RenewalItem | null,
  expiresOn: string | null,
  { own, known: more = [] }: Pick<GuideFacts, "own" | "known">,
): Guide["facts"] {
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
  return facts.flatMap(([label, value]) =>
    value === null || value === undefined || value === ""
      ? []
      : [[label, typeof value === "string" ? same(value) : value] as const],
  );
}

/** Returns the steps that are left: if the renewed file of an item was downloaded already, those from the upload on. */
function fromUpload(steps: readonly Step[], known: RenewalItem | null, expiresOn: string | null): readonly Step[] {
  const start = steps.findIndex(({ beginsUpload }) => beginsUpload);
  const [upload, ...others] = steps.slice(start);
  if (known === null || stateOf(known) === "current" || start === -1 || upload === undefined) return steps;
  const downloaded = downloadedAlready(known, expiresOn).map((step) => step.what);
  return [{ ...upload, what: joined([...downloaded, upload.what], text(" ", "")) }, ...others];
}

/** Returns what to do with a file that was downloaded: it may be recorded although something of it could not be compared. */
function downloadedAlready(known: RenewalItem, expiresOn: string | null): readonly Step[] {
  const { name, downloadedSource: file } = known;
  return fillGuide("downloaded", {
    file: file === null ? same("") : text(` (${file})`, `(${file})`),
    verify: same(verifyLine(known, { new: file ?? "NEW" })),
    drop: same(line("renewals edit", [name], { expires: expiresOn ?? "DATE" })),
  }).steps;
}

/** What a recorded field is called: of a content token its organisation is one at Apple. */
const labelOf = (field: (typeof FACTS)[number], kind: RenewalKind): Text =>
  field === "organisation" && kind === "vpp-token"
    ? text("organisation at Apple", "Apple 側の組織名")
    : RECORDED_FIELDS[field].label;

const THIS_TENANT = text(
  "this tenant of clomoctl itself, not CLOMO",
  "clomoctl のこのテナント自身(CLOMO ではありません)",
);

const whatStopsHere = ({ kind, simulator }: OwnHolding): Text | null => {
  if (simulator !== null) return text("nothing but the rehearsal", "練習だけが止まります");
  return kind === "ade-token"
    ? text(
        "this tenant can no longer fetch devices from Apple",
        "このテナントが Apple からデバイスの情報を取得できなくなります",
      )
    : WHAT_STOPS[kind];
};

export type { Step } from "./step.ts";
