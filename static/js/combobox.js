/* A cell in which what is typed is looked up: offers below, and what is typed stands whatever they are. */
"use strict";

/* An editor for Tabulator. `source(cell, text)` promises offers [{ label, value, more }]; `label` names the
   field, `shown(value)` is how its value reads. Where only an offer can be right (`sure`), the one that is
   left is marked while one types; elsewhere a new text is as good, and the arrow keys alone mark one. */
function combobox({ source, label, shown, sure, taken }) {
  return (cell, onRendered, success, cancel) => new Combobox({ source, label, shown, sure, taken, cell, success, cancel }).begin(onRendered);
}

class Combobox {
  constructor(asked) {
    Object.assign(this, asked);
    this.before = String(this.cell.getValue() ?? "");
    this.offers = [];
    this.active = -1;
    this.round = 0;
    this.typed = false;
    this.done = false;
    this.input = document.createElement("input");
    this.list = document.createElement("ul");
  }

  begin(onRendered) {
    const { input, list } = this;
    input.type = "text";
    input.className = "lookup-input";
    input.value = this.shown(this.before);
    for (const [name, text] of Object.entries({ role: "combobox", "aria-label": this.label, "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "lookup-list" })) input.setAttribute(name, text);
    list.id = "lookup-list";
    list.className = "lookup-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", this.label);
    list.hidden = true;
    // Within the page's main part, outside the grid that cuts off what stands out of it.
    document.querySelector("main").append(list);
    input.addEventListener("input", () => this.ask(150));
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.commit());
    this.follow = () => this.place();
    window.addEventListener("scroll", this.follow, true);
    window.addEventListener("resize", this.follow);
    onRendered(() => {
      input.focus({ preventScroll: true });
      input.select();
      this.ask(0);
    });
    return input;
  }

  // What is typed is asked for once no more comes; only the answer to the last question is shown.
  ask(delay) {
    if (delay) this.typed = true;
    window.clearTimeout(this.timer);
    const round = ++this.round;
    this.waiting = true;
    this.timer = window.setTimeout(async () => {
      const offers = await this.source(this.cell, this.typed ? this.input.value.trim() : "");
      if (round !== this.round || this.done) return;
      this.waiting = false;
      this.show(offers);
    }, delay);
  }

  show(offers) {
    this.offers = offers;
    this.list.replaceChildren(...offers.map((offer, place) => this.option(offer, place)));
    this.list.hidden = !offers.length;
    this.input.setAttribute("aria-expanded", String(Boolean(offers.length)));
    this.mark(this.typed ? offers.indexOf(this.meant(offers, this.input.value.trim())) : -1);
    this.place();
  }

  option(offer, place) {
    const made = document.createElement("li");
    made.id = `lookup-${place}`;
    made.setAttribute("role", "option");
    made.append(offer.label);
    if (offer.more) {
      const more = document.createElement("span");
      more.className = "lookup-more";
      more.textContent = offer.more;
      made.append(" ", more);
    }
    made.addEventListener("mousedown", (event) => event.preventDefault());
    made.addEventListener("click", () => this.take(offer));
    return made;
  }

  mark(place) {
    this.active = place;
    for (const [at, option] of [...this.list.children].entries()) option.setAttribute("aria-selected", String(at === place));
    if (place < 0) this.input.removeAttribute("aria-activedescendant");
    else {
      this.input.setAttribute("aria-activedescendant", `lookup-${place}`);
      this.list.children[place].scrollIntoView({ block: "nearest" });
    }
  }

  place() {
    const at = this.input.getBoundingClientRect();
    const below = window.innerHeight - at.bottom;
    const height = Math.min(260, this.list.scrollHeight + 2);
    const up = below < height && at.top > below;
    this.list.style.minWidth = `${at.width}px`;
    this.list.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - this.list.offsetWidth - 8))}px`;
    this.list.style.top = `${up ? at.top - height - 2 : at.bottom + 2}px`;
  }

  key(event) {
    const count = this.offers.length;
    const moves = { ArrowDown: this.active + 1, ArrowUp: this.active - 1 };
    // While an input method composes, its keys are its own.
    if (event.isComposing) event.stopPropagation();
    else if (event.key in moves) {
      event.preventDefault();
      event.stopPropagation();
      if (count) this.mark((moves[event.key] + count) % count);
    } else if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      this.commit();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.end();
      this.cancel();
    } else if (event.key !== "Tab") event.stopPropagation();
  }

  // An offer that is marked, or says the very same, is meant; else what is typed.
  commit() {
    if (this.done) return;
    const text = this.input.value.trim();
    if (this.active >= 0 && !(this.typed && this.waiting)) this.take(this.offers[this.active]);
    else if (!this.typed || text === this.shown(this.before)) {
      this.end();
      this.cancel();
    } else {
      this.end();
      this.success(text);
      if (this.waiting && text) this.late(text);
    }
  }

  // Who types faster than the answer comes has gone on already; the cell takes it when it is there.
  async late(text) {
    const offer = this.meant(await this.source(this.cell, text), text);
    if (!offer || this.cell.getValue() !== text) return;
    this.taken?.(this.cell, offer);
    if (offer.value !== text) this.cell.setValue(offer.value);
  }

  meant(offers, text) {
    const alike = offers.filter((offer) => [offer.label, offer.value].some((each) => each.toLowerCase() === text.toLowerCase()));
    if (alike.length === 1) return alike[0];
    return this.sure && text && offers.length === 1 ? offers[0] : undefined;
  }

  take(offer) {
    if (this.done) return;
    this.end();
    this.taken?.(this.cell, offer);
    this.success(offer.value);
  }

  end() {
    this.done = true;
    window.clearTimeout(this.timer);
    window.removeEventListener("scroll", this.follow, true);
    window.removeEventListener("resize", this.follow);
    this.list.remove();
  }
}
