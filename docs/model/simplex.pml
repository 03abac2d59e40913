/* Views of four validators, the last of whom lies: what they vote, and that two histories never become final.
 *
 * A vote that was sent may be heard by anybody at any time, or never. So the network is the set of votes that were sent, and whoever acts upon a
 * certificate acts upon votes that are in the set. The liar's vote counts for everything, always: a certificate needs two of the three
 * honest ones beside it. It proposes two blocks in its view, on any parent. Time is absent: whoever may give up a view may do so at any time.
 *
 * Votes to finalize are not cast but counted. A validator may cast one as soon as a block is notarized, and then it may leave the view too, after
 * which it nullifies it no more: so whoever has left a view without giving it up may have voted, or may yet vote, to finalize whatever is
 * notarized there. A block is taken for final where enough of them could make it so.
 *
 * A vote is durable before it is sent, so a crash forgets nothing that matters here, and a restart is no step of its own. A rule that is left out
 * (-DBUG=…) is at the same time the crash that forgets it: whoever has forgotten its vote for a block votes as if there were no such rule.
 *
 *   BUG 1  a vote to notarize is forgotten: a second one in the same view       BUG 4  nullifications between parent and view are not checked
 *   BUG 2  a vote to nullify is forgotten: a vote to finalize follows           BUG 5  a quorum is one less
 *   BUG 3  a vote to finalize is forgotten: a vote to nullify follows           BUG 6  the parent need not be notarized
 *   BUG 7  a vote to nullify is forgotten: a vote to notarize follows, which is no danger by itself
 */
#ifndef BUG
#define BUG 0
#endif
#ifndef LIAR_LEADS
#define LIAR_LEADS 1
#endif
#define VIEWS 3
#define HONEST 3

/* Blocks are numbered by view and variant; block 0 is the chain's start. Only the liar makes a second one. */
#define BLOCKS (2 * VIEWS + 2)
#define viewOf(b) ((b) / 2)
#define leader(v) ((v) == LIAR_LEADS -> HONEST : ((v) < LIAR_LEADS -> (v) - 1 : (v) - 2))

byte parent[BLOCKS];
bool proposed[BLOCKS];
/* Who voted, a bit each. */
byte notarizes[BLOCKS];
byte nullifies[VIEWS + 1];
/* The view that each honest validator is in; VIEWS + 1 once it is through. */
byte view[HONEST] = 1;

#define bit(i) (1 << (i))
#define count(mask) (((mask) & 1) + (((mask) >> 1) & 1) + (((mask) >> 2) & 1))
/* With the liar's vote. */
#if BUG == 5
#define decides(votes) ((votes) >= 1)
#else
#define decides(votes) ((votes) >= 2)
#endif
#define isNotarized(b) ((b) == 0 || (proposed[b] && decides(count(notarizes[b]))))
#define isNullified(v) decides(count(nullifies[v]))
#define hasEnded(v) (isNotarized(2 * (v)) || isNotarized(2 * (v) + 1) || isNullified(v))
#define hasNullified(i, v) ((nullifies[v] & bit(i)) != 0)
#define hasNotarized(i, v) (((notarizes[2 * (v)] | notarizes[2 * (v) + 1]) & bit(i)) != 0)
#define mayFinalize(i, v) (view[i] > (v) && (BUG == 2 || BUG == 3 || !hasNullified(i, v)))
#define couldBeFinal(b) (isNotarized(b) && decides(mayFinalize(0, viewOf(b)) + mayFinalize(1, viewOf(b)) + mayFinalize(2, viewOf(b))))
#define mayNotarize(i, v) ((BUG == 7 || !hasNullified(i, v)) && (BUG == 1 || !hasNotarized(i, v)))

/* Whether every view between a parent and the view is nullified: at three views there are two of them at most. */
#define between(p, v) ((viewOf(p) + 1 >= (v) || isNullified((v) - 1)) && (viewOf(p) + 2 >= (v) || isNullified((v) - 2)))
#if BUG == 4
#define mayStandOn(p, v) (viewOf(p) < (v) && isNotarized(p))
#elif BUG == 6
#define mayStandOn(p, v) (viewOf(p) < (v) && ((p) == 0 || proposed[p]) && between(p, v))
#else
#define mayStandOn(p, v) (viewOf(p) < (v) && isNotarized(p) && between(p, v))
#endif

#define mayVoteFor(i, b) (proposed[b] && mayNotarize(i, viewOf(b)) && mayStandOn(parent[b], viewOf(b)))

/* At three views a chain has three blocks at most. */
#define isAncestor(a, b) ((a) == (b) || (a) == parent[b] || (a) == parent[parent[b]] || (a) == parent[parent[parent[b]]])

inline check() {
  v = 1;
  do
  :: v <= VIEWS ->
    /* L1: one block a view is notarized. */
    assert(!(isNotarized(2 * v) && isNotarized(2 * v + 1)));
    /* L2: no view is both final and given up. */
    assert(!((couldBeFinal(2 * v) || couldBeFinal(2 * v + 1)) && isNullified(v)));
    v++
  :: else -> break
  od;
  /* T: whatever is notarized from the view of a final block on stands on it. */
  b = 2;
  do
  :: b < BLOCKS ->
    if
    :: couldBeFinal(b) ->
      c = 2 * viewOf(b);
      do
      :: c < BLOCKS -> assert(!isNotarized(c) || isAncestor(b, c)); c++
      :: else -> break
      od
    :: else
    fi;
    b++
  :: else -> break
  od;
  v = 0; b = 0; c = 0
}

/* What one honest validator may do next. A choice that changes nothing is no step. */
active [HONEST] proctype validator() {
  byte i = _pid, v, b, c;
  do
  /* It proposes in its view. */
  :: atomic {
      leader(view[i]) == i && view[i] <= VIEWS && !proposed[2 * view[i]] && !hasNullified(i, view[i]) ->
      v = view[i];
      if
      :: mayStandOn(0, v) -> c = 0
      :: v > 1 && mayStandOn(2, v) -> c = 2
      :: v > 1 && mayStandOn(3, v) -> c = 3
      :: v > 2 && mayStandOn(4, v) -> c = 4
      :: v > 2 && mayStandOn(5, v) -> c = 5
      fi;
      proposed[2 * v] = true; parent[2 * v] = c;
      v = 0; c = 0
    }
  /* It votes to notarize a block of its view. */
  :: atomic {
      view[i] <= VIEWS && mayVoteFor(i, 2 * view[i]) ->
      notarizes[2 * view[i]] = notarizes[2 * view[i]] | bit(i);
      check()
    }
  :: atomic {
      view[i] == LIAR_LEADS && mayVoteFor(i, 2 * view[i] + 1) ->
      notarizes[2 * view[i] + 1] = notarizes[2 * view[i] + 1] | bit(i);
      check()
    }
  /* It gives its view up. */
  :: atomic {
      view[i] <= VIEWS && !hasNullified(i, view[i]) ->
      nullifies[view[i]] = nullifies[view[i]] | bit(i);
      check()
    }
#if BUG == 3
  :: atomic {
      view[i] > 1 && !hasNullified(i, view[i] - 1) ->
      nullifies[view[i] - 1] = nullifies[view[i] - 1] | bit(i);
      check()
    }
#endif
  /* It enters the view after one that has ended. */
  :: atomic { view[i] <= VIEWS && hasEnded(view[i]) -> view[i] = view[i] + 1; check() }
  :: atomic { view[i] <= VIEWS - 1 && hasEnded(view[i] + 1) -> view[i] = view[i] + 2; check() }
  :: atomic { view[i] <= VIEWS - 2 && hasEnded(view[i] + 2) -> view[i] = view[i] + 3; check() }
  od
}

/* The liar proposes two blocks in its view, each on any block of a view before it, whether or not that is sound. */
active proctype liar() {
  byte b, c;
  do
  :: atomic {
      !proposed[2 * LIAR_LEADS] || !proposed[2 * LIAR_LEADS + 1] ->
      if
      :: !proposed[2 * LIAR_LEADS] -> b = 2 * LIAR_LEADS
      :: !proposed[2 * LIAR_LEADS + 1] -> b = 2 * LIAR_LEADS + 1
      fi;
      if
      :: c = 0
      :: LIAR_LEADS > 1 && proposed[2] -> c = 2
      :: LIAR_LEADS > 2 && proposed[4] -> c = 4
      fi;
      proposed[b] = true; parent[b] = c;
      b = 0; c = 0
    }
  od
}
