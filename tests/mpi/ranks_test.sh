#!/bin/sh
# ranks_test.sh PROGRAM KILL_AT_WRITE MPIRUN [FLAG...]: a table by several ranks is the table of one
# process, byte for byte; errors are one line and the usual exit code.
set -eu
program=$1
kill_at_write=$2
shift 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() {
    echo "FAILED: $1" >&2
    exit 1
}

same() { cmp "$1" "$2" || fail "$3"; }

# ranks N WORD...: the program by N ranks. Open MPI leaves memory behind, which a sanitizer would
# call a failure of the program.
ranks() {
    count=$1
    shift
    ASAN_OPTIONS=detect_leaks=0 $mpirun -n "$count" "$program" "$@"
}
mpirun=$*

# Rows from microseconds to tens of milliseconds, random ones among them, and some in trouble.
set -- table --grid 'seed=1:6; width=4,40,120' --methods formula,full,flow --scheme gaussian \
    --depth 3 --fusion 3 --init 0.2 --repeats 2 --max-epochs 400
code=0
"$program" "$@" --output one.csv >one.txt 2>one.err || code=$?
[ "$code" = 3 ] || fail "the table has no rows in trouble, exit code $code"
for n in 1 3; do
    code=0
    ranks $n "$@" --jobs 2 --output "$n.csv" >"$n.txt" 2>"$n.err" || code=$?
    [ "$code" = 3 ] || fail "$n ranks: exit code $code"
    same one.csv "$n.csv" "$n ranks write another table"
    same one.txt "$n.txt" "$n ranks print another table"
    grep '^fusionflow' "$n.err" >said
    same one.err said "$n ranks say something else"
    [ ! -e "$n.csv.rows" ] || fail "$n ranks leave a journal"
done

# A shard, and a journal of which some rows are there already.
"$program" "$@" --shard 2/3 --output shard.csv >/dev/null 2>&1 || true
ranks 3 "$@" --shard 2/3 --output shard3.csv >/dev/null 2>&1 || true
same shard.csv shard3.csv "ranks write another shard"
ln -s "$kill_at_write" kill.so
(KILL_AT_WRITE=k.csv.rows:9:50 LD_PRELOAD=./kill.so ASAN_OPTIONS=verify_asan_link_order=0 \
    "$program" "$@" --jobs 1 --output k.csv || true) >/dev/null 2>&1
[ -e k.csv.rows ] || fail "a killed table leaves no journal"
ranks 3 "$@" --resume --output k.csv >/dev/null 2>&1 || true
same one.csv k.csv "ranks that resume write another table"

# Many rows of microseconds: dealt out in pieces.
set -- table --grid 'rho=0:0.9:0.001; ratio=1.5,2,3' --methods formula
"$program" "$@" --output many.csv >/dev/null
ranks 3 "$@" --output many3.csv >/dev/null
same many.csv many3.csv "short rows are another table"

# refuses CODE LINE WORD...: the ranks end with that code and say that line, once.
refuses() {
    wanted=$1
    line=$2
    shift 2
    code=0
    ranks 3 "$@" >out 2>err || code=$?
    [ "$code" = "$wanted" ] || fail "$line: exit code $code"
    [ ! -s out ] || fail "$line: something is printed"
    grep '^fusionflow' err >said || fail "$line: not said"
    echo "fusionflow: $line" | cmp - said || fail "$line: said otherwise, or more than once"
}
refuses 2 '--rho: need -1 < rho < 1, got 2' table --rho 2
refuses 2 "--output: cannot write 'no/t.csv': there is no such folder" table --output no/t.csv
refuses 2 '--nonsense: there is no such option; see fusionflow table --help' table --nonsense
refuses 2 '--fusion: need 1 <= L_f <= L = 2, got 3 (at fusion = 3)' table --grid fusion=1:3

# What goes wrong on one rank only: a file that only the others have.
cat >m.json <<'JSON'
{"names": ["A", "B"], "dims": [1, 1], "covariance": [[4, 0], [0, 1]], "correlation": [4, 1],
 "target_power": 5}
JSON
sed 's/4, 1\]/4, 0.9]/' m.json >other.json
cat >last.sh <<'SH'
#!/bin/sh
# Elsewhere on the last rank.
[ "${OMPI_COMM_WORLD_RANK-${PMI_RANK-0}}" != 2 ] || cd "$1"
shift
exec "$@"
SH
chmod +x last.sh
real=$program
program=./last.sh
mkdir empty differs
cp other.json differs/m.json
refuses 2 'm.json: cannot be opened: No such file or directory' empty "$real" table --moments m.json
refuses 2 'mpirun: rank 2 has another version, other options or other moments than rank 0' \
    differs "$real" table --moments m.json
echo "ranks: all as one process"
