/** What a person can do to a lineage picture. Stable for the life of the view, so that boxes need not be drawn again. */
export interface Actions {
  select(id: string): void;
  /** puts a table in the middle */
  focus(id: string): void;
  /** opens or closes a box's columns */
  toggle(id: string): void;
  /** traces a column, or ends its trace when it is the one */
  trace(column: string): void;
  showAll(id: string): void;
  grow(id: string, side: 'up' | 'down'): void;
  showEdge(id: string | null): void;
}
