import { hasBytes, isByPath, needsSpace, writes, type Call, type Fault, type FaultKind } from "../faulty-disk.ts";
import { APPLE } from "../scenes/apple.ts";
import { BY_HAND } from "../scenes/by-hand.ts";
import { OF_FILES } from "../scenes/files.ts";
import { LARGER } from "../scenes/larger.ts";
import { IN_MIRROR } from "../scenes/mirror.ts";
import { RENEWALS } from "../scenes/renewals.ts";
import type { Scene } from "../scenes/scene.ts";
import { SETTINGS } from "../scenes/settings.ts";
import { WRITTEN } from "../scenes/output-files.ts";
import type { Trial } from "../trial.ts";

/** The scenes of all commands that write. */
export const SCENES: readonly Scene[] = [
  ...LARGER,
  ...OF_FILES,
  ...BY_HAND,
  ...IN_MIRROR,
  ...APPLE,
  ...RENEWALS,
  ...SETTINGS,
  ...WRITTEN,
];

/** Describes a fault and the call at which it happens: `eio 31: fsync out.csv`. */
const placeOf = ({ kind, number, seconds }: Fault, call: Call | undefined): string =>
  `${kind} ${number}${seconds === undefined ? "" : ` ${seconds}`}${call === undefined ? "" : `: ${call.name} ${call.file}`}`;

function readPlace(place: string): Fault {
  const [kind = "", number = "", seconds] = place.replace(/:.*/, "").split(" ");
  return {
    kind: kind as FaultKind,
    number: Number(number),
    ...(seconds !== undefined && { seconds: Number(seconds) }),
  };
}

/** Creates trials of every scene, at places chosen from the calls that the scene makes on a sound disk. */
const atCalls = (choose: (calls: readonly Call[]) => readonly Fault[], scenes = SCENES): readonly Trial[] =>
  scenes.map((scene) => ({
    scene: scene.name,
    places: async (workplace) => {
      const { calls } = await (await workplace.stage(scene)).rehearsal;
      return choose(calls).map((fault) => placeOf(fault, calls[fault.number - 1]));
    },
    attempt: async (place, workplace) => (await workplace.stage(scene)).attempt(readPlace(place), workplace.stopMs),
  }));

const each = (calls: readonly Call[], ...kinds: readonly FaultKind[]): readonly Fault[] =>
  calls.flatMap(({ number }) => kinds.map((kind) => ({ kind, number })));

/** Chooses one of several faults for each call, in rotation, so that together the faults meet all kinds of calls. */
const inTurn = <T>(
  calls: readonly Call[],
  faults: readonly T[],
  make: (call: Call, one: T) => Fault,
): readonly Fault[] =>
  calls.flatMap((call, at) =>
    faults
      .slice(at % faults.length)
      .slice(0, 1)
      .map((one) => make(call, one)),
  );

const ofKind = ({ number }: Call, kind: FaultKind): Fault => ({ number, kind });

/** Returns one call for each combination of name and file. */
const kindsOf = (calls: readonly Call[]): readonly Call[] =>
  [...Map.groupBy(calls, ({ name, file }) => `${name} ${file}`).values()].flatMap(
    (alike) => alike[Math.floor(alike.length / 2)] ?? [],
  );

/** `kill -9` before each write, within it, and after the last write. */
export const KILLS = atCalls((calls) => {
  const writing = calls.filter(writes);
  return [
    ...each(writing, "kill-before"),
    ...each(writing.filter(hasBytes), "kill-within"),
    ...each(writing.slice(-1), "kill-after"),
  ];
});

/** Power failures before each write and after the command has ended: everything that was not synced is lost. */
export const LOSSES = atCalls((calls) => [
  ...each(calls.filter(writes), "lose-all"),
  ...inTurn<FaultKind>(calls.filter(writes), ["lose-data", "lose-names"], ofKind),
  ...(["lose-all", "lose-data", "lose-names"] as const).map((kind) => ({ kind, number: -1 })),
]);

export const DISK_FAULTS = atCalls((calls) => [
  ...each(calls, "eio"),
  ...each(calls.filter(isByPath), "eacces"),
  ...inTurn<FaultKind>(calls.filter(needsSpace), ["enospc", "full"], ofKind),
  ...each(calls.filter(hasBytes), "short"),
]);

/** A signal before each write: SIGINT, SIGTERM or SIGHUP. */
export const SIGNALS = atCalls((calls) => inTurn<FaultKind>(calls.filter(writes), ["INT", "TERM", "HUP"], ofKind));

const DAY = 86_400;

/** A jump of the clock at one call for each combination of name and file. */
export const JUMPS = atCalls(
  (calls) =>
    inTurn(kindsOf(calls), [-400 * DAY, -DAY, -1, DAY, 400 * DAY], ({ number }, seconds) => ({
      kind: "clock",
      number,
      seconds,
    })),
  SCENES.filter(({ readsDate }) => readsDate !== true),
);

/** SIGSTOP at a quarter, a half and three quarters of the writes. */
export const STOPS = atCalls((calls) => {
  const writing = calls.filter(writes);
  return [1, 2, 3].flatMap((quarter) => each(writing.slice((writing.length * quarter) / 4).slice(0, 1), "stop"));
});
