// The list of conflicts: the page has it as text already; here its entries are linked to the selection, filtered and
// stepped through. Nothing is written into it but counts.

export class ConflictList {
  constructor(elements, scene, state, onSelect, onFilter) {
    Object.assign(this, { elements, scene, state, onSelect, onFilter });
    this.entries = scene.conflicts.map((conflict) => entryOf(conflict));
    this.entries.forEach((entry) => {
      entry.details.addEventListener("toggle", () => this.toggled(entry));
    });
    elements.certainty.addEventListener("change", () => this.filter());
    elements.text.addEventListener("input", () => this.filter());
    elements.filters.hidden = this.entries.length < 2;
  }

  /** Opening an entry selects it; closing the selected one lets it go. */
  toggled({ conflict, details }) {
    if (this.printing) return;
    if (details.open && this.state.selected !== conflict) this.onSelect(conflict);
    else if (!details.open && this.state.selected === conflict) this.onSelect(null);
  }

  /** Show the selection in the list. */
  update() {
    for (const { conflict, details, item } of this.entries) {
      const chosen = conflict === this.state.selected;
      item.classList.toggle("selected", chosen);
      if (details.open !== chosen) details.open = chosen;
      if (chosen) keepInView(item);
    }
  }

  /** Entries that the filters leave; conflicts that they hide leave the map and the strip too, and the count says so. */
  filter() {
    const { certainty, text, count } = this.elements;
    const wanted = text.value.trim().toLowerCase();
    this.state.hidden.clear();
    for (const { conflict, item } of this.entries) {
      const fits = (!certainty.value || conflict.certainty === certainty.value) && (!wanted || item.textContent.toLowerCase().includes(wanted));
      item.hidden = !fits;
      if (!fits) this.state.hidden.add(conflict);
    }
    const hidden = this.state.hidden.size;
    count.textContent = hidden ? `${this.entries.length - hidden} shown, ${hidden} hidden by this filter` : "";
    this.onFilter();
  }

  /** The conflict that comes a step after (or before) the selected one, in the list's order. */
  neighbour(step) {
    const shown = this.entries.map((e) => e.conflict).filter((c) => !this.state.hidden.has(c));
    if (shown.length === 0) return null;
    const here = shown.indexOf(this.state.selected);
    if (here < 0) return step > 0 ? shown[0] : shown.at(-1);
    return shown[(here + step + shown.length) % shown.length];
  }

  /** Open every entry for paper, or give back what was open. */
  print(printing) {
    this.printing = printing;
    for (const { conflict, details } of this.entries) {
      // Entries of one name open one at a time; on paper all are open.
      if (printing) details.removeAttribute("name");
      details.open = printing || conflict === this.state.selected;
      if (!printing) details.setAttribute("name", "conflict");
    }
  }
}

function entryOf(conflict) {
  const item = document.getElementById(`conflict-${conflict.number}`);
  return { conflict, item, details: item.querySelector("details") };
}

function keepInView(item) {
  // Where the list has its own scroll bar; on a phone the page must not jump away from the map.
  const box = item.closest(".lists");
  if (box && getComputedStyle(box).overflowY === "auto") item.scrollIntoView({ block: "nearest" });
}
