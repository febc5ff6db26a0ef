/** Access to the operating system's processes, limited to the functions that the tenant needs. */
export interface Processes {
  readonly self: number;
  /** returns true if a process with this id is running, no matter who owns it */
  isAlive(pid: number): boolean;
}
