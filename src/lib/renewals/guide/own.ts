import { line } from "../../advice/index.ts";
import { REQUEST_FILE, SIMULATOR_LINES, type AdeEndpoint } from "../../model/ade.ts";
import { nameKey } from "../../model/normalise.ts";
import type { PushCertificate } from "../../model/push-certificate.ts";
import type { RenewalItem, RenewalKind } from "../../model/renewal.ts";
import type { VppTokenRecord } from "../../model/vpp-token.ts";
import { same, text, type Text } from "../../text/index.ts";
import { shownOption } from "../../text/shell-word.ts";
import { accountOf, phoneOf } from "./facts.ts";
import { fillGuide, type FilledGuide } from "./fill.ts";

/** The kinds that a tenant of clomoctl can hold itself. */
const OWN_KINDS = ["ade-token", "push-certificate", "vpp-token"] as const satisfies readonly RenewalKind[];

export type OwnKind = (typeof OWN_KINDS)[number];

export const canBeOwn = (kind: RenewalKind): kind is OwnKind => (OWN_KINDS as readonly RenewalKind[]).includes(kind);

/** What a tenant says of its ADE server token. */
interface AdeState {
  readonly endpoint: AdeEndpoint | null;
  /** its data came from the console */
  readonly mirror: boolean;
  readonly server: { readonly name: string } | null;
  readonly token: {
    readonly expiresAt: string;
    readonly simulated: boolean;
    /** the id of the item that has its date */
    readonly renewal: string | null;
  } | null;
}

/** What a tenant holds itself of one kind, as it tells. */
export type HeldState =
  | { readonly kind: "ade-token"; readonly ade: AdeState }
  | { readonly kind: "push-certificate"; readonly ade: AdeState; readonly certificate: PushCertificate }
  | { readonly kind: "vpp-token"; readonly ade: AdeState; readonly tokens: readonly VppTokenRecord[] };

/** Something that the tenant holds itself, and what its guide names; what nobody knows is null. */
export type OwnHolding =
  | { readonly kind: "ade-token"; readonly simulator: string | null; readonly server: string | null }
  | {
      readonly kind: "push-certificate";
      readonly simulator: string | null;
      readonly topic: string | null;
      /** a signing request waits for its certificate */
      readonly requested: boolean;
    }
  | { readonly kind: "vpp-token"; readonly simulator: string | null; readonly org: string | null };

type RecordedItem = Pick<RenewalItem, "id" | "name" | "expiresAt" | "fingerprint" | "topic">;

/**
 * What the tenant holds itself: an item is known by what is kept of it, and one of a content token by the name that it was
 * given, too. A mirror keeps no item of a rehearsal, so that all of its items are the console's.
 *
 * @param item null: whatever the tenant holds of the kind
 * @returns undefined where it is not the tenant's own
 */
export function ownOf(state: HeldState, item: RecordedItem | null): OwnHolding | undefined {
  const { ade } = state;
  const url = ade.endpoint?.kind === "simulator" ? ade.endpoint.url : null;
  const isHere = (simulated: boolean): boolean => !ade.mirror || (item !== null && !simulated);
  const made = (simulated: boolean): Pick<OwnHolding, "simulator"> => ({ simulator: simulated ? url : null });
  switch (state.kind) {
    case "ade-token": {
      const { token } = ade;
      if (token === null || !isHere(token.simulated)) return undefined;
      if (item !== null && !isAdeToken(token, item)) return undefined;
      return { kind: state.kind, ...made(token.simulated), server: ade.server?.name ?? null };
    }
    case "push-certificate": {
      const { topic, fingerprint, request, simulated } = state.certificate;
      if (topic === null || !isHere(simulated === true)) return undefined;
      if (item !== null && item.topic !== topic && item.fingerprint !== fingerprint) return undefined;
      return { kind: state.kind, ...made(simulated === true), topic, requested: request !== null };
    }
    case "vpp-token": {
      const found = item === null ? state.tokens : state.tokens.filter((token) => isVppToken(token, item));
      const [one, ...others] = found;
      if (one === undefined || !isHere(one.simulated)) return undefined;
      return { kind: state.kind, ...made(one.simulated), org: others.length === 0 ? one.org : null };
    }
  }
}

/** The server's name does not tell: it can be changed at Apple, and CLOMO's server may have the same one. */
const isAdeToken = ({ expiresAt, renewal }: NonNullable<AdeState["token"]>, item: RecordedItem): boolean =>
  item.id === renewal || (item.expiresAt !== null && Date.parse(item.expiresAt) === Date.parse(expiresAt));

const isVppToken = ({ org, fingerprint }: VppTokenRecord, item: RecordedItem): boolean =>
  item.fingerprint === fingerprint || isNamed(item.name, `VPP ${org.split("/").at(-1) ?? org}`);

/** As the tenant names its items. */
const isNamed = (name: string, given: string): boolean =>
  [given, `SIMULATOR ${given}`].some((one) => nameKey(one) === nameKey(name));

/** The same with its words made fit to be shown. */
export const wordedOwn = <T extends OwnHolding>(own: T, fit: (word: string) => string): T =>
  Object.fromEntries(
    Object.entries(own).map(([key, value]) => [key, typeof value === "string" && key !== "kind" ? fit(value) : value]),
  ) as T;

type OwnOfKind<K extends OwnKind> = Extract<OwnHolding, { kind: K }>;

/** Returns how the tenant renews what it holds itself; the last step records it. @see facts 3.3 to 3.5; decision 025: who holds which key */
export function ownGuide(own: OwnHolding, known: RenewalItem | null, item: Text): FilledGuide {
  const facts = { item, account: accountOf(own.kind, known), phone: phoneOf(known) };
  const { simulator: url } = own;
  const atSimulator = (lineAt: (at: string) => string): Text | null => (url === null ? null : same(lineAt(url)));
  switch (own.kind) {
    case "ade-token":
      return fillGuide("own-ade-token", {
        ...facts,
        server: own.server === null ? same("") : text(` (${own.server})`, `(${own.server})`),
        simulator: atSimulator((at) => SIMULATOR_LINES.token({ url: at, server: own.server })),
      });
    case "push-certificate":
      return fillGuide("own-push-certificate", {
        ...facts,
        topic: same(own.topic ?? ""),
        request: same(requestLine(own, known)),
        upload: same(uploadLine(url === null ? "FILE" : "MDM_SIMULATOR_Certificate.pem", known)),
        simulator: atSimulator((at) => SIMULATOR_LINES.pushCertificate(at, own.topic)),
      });
    case "vpp-token": {
      const org = own.org ?? "ORG";
      const file = url === null ? "FILE" : "sToken_for_SIMULATOR_.vpptoken";
      return fillGuide("own-vpp-token", {
        ...facts,
        set: same(line("vpp tokens set", [file], { org })),
        verify: same(line("vpp tokens verify", [], { org })),
        simulator: atSimulator((at) => SIMULATOR_LINES.vppToken(at, org)),
      });
    }
  }
}

const emailOf = (known: RenewalItem | null): string => known?.account ?? "MAIL";

/** The staged request is written again as it is: other words would be refused. */
const requestLine = ({ requested }: OwnOfKind<"push-certificate">, known: RenewalItem | null): string =>
  requested
    ? `clomoctl push-cert csr -o ${REQUEST_FILE}`
    : `clomoctl push-cert csr ${shownOption("--email", emailOf(known))} --name NAME -o ${REQUEST_FILE}`;

const uploadLine = (file: string, known: RenewalItem | null): string =>
  `clomoctl push-cert upload ${file} ${shownOption("--apple-account", emailOf(known))}`;
