import {
  APPLE_TRIALS,
  BUNDLE_TRIALS,
  CANARY_TRIALS,
  HISTORY_TRIALS,
  PLAN_TRIALS,
  RETRY_TRIALS,
  ROLE_TRIALS,
  ROUND_TRIP_TRIALS,
} from "./figures/by-tests.ts";
import { NEW_HOME_TRIALS, CONCURRENT_TRIALS } from "./figures/programs.ts";
import { READER_TRIALS } from "./figures/readers.ts";
import { GUESSING_TRIALS } from "./figures/guessing.ts";
import { MACHINE_TRIALS } from "./figures/machines.ts";
import { SERVED_KILL_TRIALS } from "./figures/served-kills.ts";
import { REPEATED_REQUEST_TRIALS, SCHEMATHESIS_TRIALS } from "./figures/servers.ts";
import {
  CLOSED_PIPE_TRIALS,
  PROTOTYPE_TRIALS,
  RANDOM_KILL_TRIALS,
  READ_ONLY_TRIALS,
  TERMINAL_TRIALS,
} from "./figures/small.ts";
import {
  DISK_FAULT_TRIALS,
  CLOCK_JUMP_TRIALS,
  KILL_TRIALS,
  POWER_LOSS_TRIALS,
  SIGNAL_TRIALS,
  STOP_TRIALS,
} from "./figures/at-calls.ts";
import type { Trial } from "./trial.ts";

/** A figure of the torture run: one row of its result table. */
export interface Figure {
  readonly name: string;
  /** number of the figure in the maintainers' list of reliability figures */
  readonly number: string;
  readonly tries: string;
  readonly zero: string;
  readonly trials: readonly Trial[];
  readonly needs?: "cc" | "openssl" | "PostgreSQL" | "python3" | "schemathesis" | "unshare";
  /** number of places that are tried at the same time; by default, the number of cores */
  readonly atOnce?: number;
}

/** All figures. Those whose places take longest come last, because they may need more than their share of the time. */
export const FIGURES: readonly Figure[] = [
  {
    name: "random-kills",
    number: "1",
    tries: "`kill -9` at moments by the clock",
    zero: "half states, broken audits, runs that do not converge",
    trials: RANDOM_KILL_TRIALS,
  },
  {
    name: "kills",
    number: "2",
    tries: "`kill -9` at every write of every command that writes",
    zero: "half states, broken audits, runs that do not converge, files left behind",
    trials: KILL_TRIALS,
    needs: "cc",
  },
  {
    name: "losses",
    number: "3",
    tries: "the same, and unsynced bytes or names are lost",
    zero: "the same, and printed results that are lost",
    trials: POWER_LOSS_TRIALS,
    needs: "cc",
  },
  {
    name: "disk-faults",
    number: "4",
    tries: "EIO, EACCES, ENOSPC, a full disk and short reads and writes at every call",
    zero: "the same, wrong exit codes, errors that are not explained",
    trials: DISK_FAULT_TRIALS,
    needs: "cc",
  },
  {
    name: "read-only",
    number: "4",
    tries: "every command that writes, on a home that is mounted read-only",
    zero: "changes, unexplained failures",
    trials: READ_ONLY_TRIALS,
    needs: "unshare",
  },
  {
    name: "programs",
    number: "6",
    tries: "two to twenty programs at once on one home",
    zero: "lost changes, changes of refused commands, failures other than exit 5",
    trials: [...CONCURRENT_TRIALS, ...NEW_HOME_TRIALS],
    atOnce: 1,
  },
  {
    name: "readers",
    number: "9",
    tries: "mutated files for every reader, against a second implementation",
    zero: "unexpected failures, more than 60 s or 600 MB, disagreements",
    trials: READER_TRIALS,
    needs: "openssl",
  },
  {
    name: "prototypes",
    number: "12",
    tries: "names of what every JavaScript object has, in every place",
    zero: "unexpected failures, changed prototypes",
    trials: PROTOTYPE_TRIALS,
  },
  {
    name: "terminal",
    number: "13",
    tries: "terminal controls in names, on a terminal, in every format",
    zero: "raw controls",
    trials: TERMINAL_TRIALS,
  },
  {
    name: "clock",
    number: "15",
    tries: "the clock jumps back and forth by a second, a day and 400 days",
    zero: "the same",
    trials: CLOCK_JUMP_TRIALS,
    needs: "cc",
  },
  {
    name: "served-kills",
    number: "1",
    tries: "`kill -9` of `serve` while clients send requests and imports, which they then send again",
    zero: "lost changes that were acknowledged, changes applied twice, broken audits",
    trials: SERVED_KILL_TRIALS,
    atOnce: 1,
  },
  {
    name: "machines",
    number: "-",
    tries:
      "three `serve` of one store and their clients: kills, stops, crashes and failovers of PostgreSQL, killed imports",
    zero: "lost, doubled or foreign writes, parts of imports, servers that differ, broken audits, responses with 500",
    trials: MACHINE_TRIALS,
    needs: "PostgreSQL",
    atOnce: 1,
  },
  {
    name: "requests",
    number: "16",
    tries: "requests to every route of `serve`, generated from the API document by schemathesis",
    zero: "responses with 5xx, or that the document does not describe",
    trials: SCHEMATHESIS_TRIALS,
    needs: "schemathesis",
    atOnce: 1,
  },
  {
    name: "repeated-requests",
    number: "17",
    tries: "one Idempotency-Key 50 times in parallel; 50 clients with 20 imports and lists at once",
    zero: "more than one effect, results that no serial order gives",
    trials: REPEATED_REQUEST_TRIALS,
    atOnce: 1,
  },
  {
    name: "guessing",
    number: "22",
    tries: "wrong passwords for 12 accounts from 2 addresses at once, with `kill -9` of `serve` in between",
    zero: "more tries than the limits permit, locks that a kill removes",
    trials: GUESSING_TRIALS,
    atOnce: 1,
  },
  {
    name: "signals",
    number: "21",
    tries: "SIGINT, SIGTERM and SIGHUP at every write",
    zero: "the same, wrong statements about what was changed",
    trials: SIGNAL_TRIALS,
    needs: "cc",
  },
  {
    name: "stops",
    number: "21",
    tries: "SIGSTOP for a minute in the middle, and others read meanwhile",
    zero: "the same, readers that wait for ever",
    trials: STOP_TRIALS,
    needs: "cc",
    atOnce: 12,
  },
  {
    name: "pipes",
    number: "21",
    tries: "readers of standard output and errors that go away",
    zero: "half states, stacks, files left behind",
    trials: CLOSED_PIPE_TRIALS,
    needs: "cc",
  },
  {
    name: "apple",
    number: "7",
    tries: "random faults of Apple's simulated server",
    zero: "differences from Apple's devices",
    trials: APPLE_TRIALS,
  },
  {
    name: "retries",
    number: "8",
    tries: "`Retry-After` and errors of Apple's server",
    zero: "requests that are too early or too many",
    trials: RETRY_TRIALS,
  },
  {
    name: "round-trips",
    number: "10",
    tries: "export, then import, in every encoding and mode",
    zero: "changes",
    trials: ROUND_TRIP_TRIALS,
  },
  {
    name: "canaries",
    number: "14",
    tries: "secrets, looked for in every file, process and output",
    zero: "places where they are found",
    trials: CANARY_TRIALS,
  },
  {
    name: "roles",
    number: "18",
    tries: "random actors and operations against a model, and twin tenants",
    zero: "differences from the model",
    trials: ROLE_TRIALS,
  },
  {
    name: "plans",
    number: "19",
    tries: "what a plan announces, and what is then applied",
    zero: "differences",
    trials: PLAN_TRIALS,
  },
  {
    name: "bundles",
    number: "20",
    tries: "spoilt bundles, with one bit or record changed",
    zero: "accepted bundles, changes, files",
    trials: BUNDLE_TRIALS,
  },
  {
    name: "histories",
    number: "-",
    tries: "random histories of all models, each place a batch of five to a hundred",
    zero: "differences from the model",
    trials: HISTORY_TRIALS,
  },
];
