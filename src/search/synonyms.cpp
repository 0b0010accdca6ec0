#include "search/synonyms.h"

#include <algorithm>

#include "base/result.h"
#include "base/text.h"
#include "search/text_analysis.h"

namespace wick::mcp {
namespace {

// One group per line. A word may be in several groups, which are not merged. Inflections ("creates", "created")
// need no entry; nouns of verbs ("creation") do if their stem differs. Only general words belong here: the
// words of one product are in its own descriptions.
constexpr std::string_view kTable = R"(
create, add, new, make, insert, register, creation
create, generate, produce, build
create, write, compose, draft
create, post, publish
create, set up, provision
delete, remove, destroy, erase, get rid of, deletion, removal
delete, drop, discard, purge, wipe
clear, empty, flush, reset, clean up
list, show, get, display, view, browse, see, enumerate
get, read, fetch, retrieve, obtain, load, look at, retrieval
get, find, look up
search, find, look up, lookup, query, look for
filter, narrow down
update, edit, change, modify, alter, amend, patch, revise
update, set, replace, overwrite, adjust
start, begin, launch, initiate
run, execute, invoke, trigger, launch
stop, end, halt, terminate, kill, abort, quit
cancel, abort, call off, cancellation
pause, suspend, hold
resume, continue, unpause
restart, reboot, reload
enable, activate, turn on, switch on
disable, deactivate, turn off, switch off
send, deliver, dispatch, transmit, broadcast, submit
upload, attach, put
download, export, save
import, ingest
copy, duplicate, clone, replicate
move, transfer, relocate
rename, retitle, change name
sync, synchronize, mirror, replicate
share, shareable, public
compare, diff, difference
merge, combine, join, unify
split, divide
sort, order
count, number, total, how many
validate, verify, check, validation, verification
test, try, check
approve, accept, confirm, approval
reject, decline, deny, refuse
allow, permit, grant
block, ban, forbid
assign, allocate
connect, link, attach, integrate, connection
disconnect, unlink, detach
subscribe, follow, watch, subscription
unsubscribe, unfollow
login, log in, sign in, logon, authenticate
logout, log out, sign out, logoff
sign up, register, enroll, registration
pay, payment, charge
buy, purchase, order
sell, sale
book, reserve, reservation, booking
price, cost, fee, charge, rate, quote, pricing
money, fund, cash
balance, credit
refund, reimburse, reimbursement
invoice, bill
ship, shipment, shipping, deliver, delivery
package, parcel
track, trace, follow, tracking
inventory, stock
shop, store
customer, client, buyer
supplier, vendor
product, item, article, goods
user, account, member, person, people, profile
current user, me, myself, who am i, whoami, my account
team, group
organization, company, org, business
employee, staff, worker
job, occupation, profession, position, vacancy
role, permission, privilege
admin, administrator
owner, author, creator
message, chat
comment, remark, note, feedback
reply, answer, response
ask, question
reaction, emoji, like
mail, email, e mail
notification, alert
notify, inform, alert
image, picture, photo, photograph, img, pic
movie, film
video, clip
song, track, music
document, doc, documentation, docs
document, file
file, attachment
folder, directory, dir
page, article
repository, repo
pull request, merge request, pr, mr
issue, ticket, bug
issue, problem
release, version
version, revision, history
changelog, release note, what is new
history, log, past, record
audit, activity
log, event
event, activity
webhook, callback, hook
calendar, schedule, agenda
meeting, appointment
timetable, schedule
trip, journey, travel
task, to do, todo
job, task
project, workspace
status, state, condition
health, healthy, alive, heartbeat
statistic, stats, stat, metric, analytics
usage, use, consumption
report, summary, overview
error, failure, fault, problem
category, section, topic
tag, label
setting, config, configuration, option, preference, configure
parameter, param, argument
token, key, secret, credential
api key, access token
password, passwd, passphrase, pwd
encrypt, encryption
id, identifier
name, title
information, info, detail
metadata, property, attribute
description, describe
kind, type, class
content, body
link, url, address
address, addr
location, place
space, storage, capacity, quota
disk, drive, storage
memory, ram
size, dimension
limit, throttle, restrict, restriction
speed, bandwidth, throughput
checksum, hash, digest
cache, buffer
server, host
network, net
domain, hostname
database, db
table, sheet, spreadsheet
row, record, entry
column, field
environment, env
development, dev, developer
production, prod
authentication, auth, authn
authorization, auth, authz
latest, newest, recent, last, current
previous, prior, preceding, before
next, following, subsequent, after
pending, waiting, queued
finished, done, complete, completed
active, running
old, archived
all, every, everything
batch, bulk, many, multiple
custom, own
free, available
time, date, clock
temporary, temp, tmp
transaction, tx, txn
maximum, max
minimum, min
average, avg, mean
number, num, nr
quantity, qty, amount
source, src, origin
destination, dest, dst, target
language, lang, locale
specification, spec
definition, schema
application, app
reference, ref
message, msg
phone, telephone, mobile
city, town
country, nation
animal, pet
car, vehicle
food, meal, dish
illness, disease, sickness
)";

std::string joined(const Phrase& phrase) {
  std::string out;
  for (const std::string& stem : phrase) out.append(out.empty() ? "" : " ").append(stem);
  return out;
}

}  // namespace

Synonyms::Synonyms() {
  for (const std::string_view line : split(kTable, '\n')) {
    if (line.empty()) continue;
    std::vector<Phrase> group;
    for (const std::string_view entry : split(line, ',')) {
      const std::vector<std::string> words = words_of(entry, kMaxPhraseWords + 1);
      WICK_ASSERT(!words.empty() && words.size() <= kMaxPhraseWords);
      if (words.size() == 1) words_.push_back(words.front());
      Phrase phrase;
      for (const std::string& word : words) phrase.push_back(stem_of(word));
      group.push_back(std::move(phrase));
    }
    for (const Phrase& phrase : group) {
      auto& others = others_[joined(phrase)];
      for (const Phrase& other : group) {
        if (other != phrase && std::find(others.begin(), others.end(), other) == others.end())
          others.push_back(other);
      }
    }
  }
  std::sort(words_.begin(), words_.end());
  words_.erase(std::unique(words_.begin(), words_.end()), words_.end());
}

const Synonyms& Synonyms::get() {
  static const Synonyms synonyms;
  return synonyms;
}

const std::vector<Phrase>& Synonyms::of(const std::string& phrase) const {
  static const std::vector<Phrase> none;
  const auto found = others_.find(phrase);
  return found == others_.end() ? none : found->second;
}

}  // namespace wick::mcp
